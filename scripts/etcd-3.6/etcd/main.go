// etcd 3.6, of the modules that go.mod pins: for our tests, and for the package signet-etcd.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
