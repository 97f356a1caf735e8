// etcdctl 3.5 for our tests, of the modules that go.mod pins.
package main

import "go.etcd.io/etcd/etcdctl/v3/ctlv3"

func main() { ctlv3.MustStart() }
