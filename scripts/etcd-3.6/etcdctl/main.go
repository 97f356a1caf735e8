// etcdctl 3.6, of the modules that go.mod pins: for our tests, and for the package signet-etcd.
package main

import "go.etcd.io/etcd/etcdctl/v3/ctlv3"

func main() { ctlv3.MustStart() }
