// versitygw BUCKETS BESIDE ADDRESS: an S3 server whose buckets are the directories in BUCKETS, without the command line around it.
// What S3 keeps of objects besides goes to BESIDE. The keys are in a client's own variables. `npm run test:interop` copies
// snapshots to it.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"time"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

func main() {
	directory, besideDirectory, address := os.Args[1], os.Args[2], os.Args[3]
	beside, err := meta.NewSideCar(besideDirectory)
	if err != nil {
		log.Fatal(err)
	}
	buckets, err := posix.New(directory, beside, posix.PosixOpts{
		NewDirPerm: 0o700, Concurrency: 16, SideCarDir: besideDirectory, CopyObjectThreshold: 5 << 30,
	})
	if err != nil {
		log.Fatal(err)
	}
	go sayReady(address)
	log.Fatal(embedgw.RunVersityGW(context.Background(), buckets, &embedgw.Config{
		RootUserAccess:    os.Getenv("AWS_ACCESS_KEY_ID"),
		RootUserSecret:    os.Getenv("AWS_SECRET_ACCESS_KEY"),
		Ports:             []string{address},
		MaxConnections:    64,
		MaxRequests:       64,
		MultipartMaxParts: 10_000,
		Quiet:             true,
	}))
}

func sayReady(address string) {
	for {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			connection.Close()
			log.Print("ready")
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}
