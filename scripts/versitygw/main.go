// versitygw DIRECTORY ADDRESS: an S3 server whose buckets are the directories below DIRECTORY, without the command line around it.
// The keys are those of a client: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. `npm run test:interop` copies snapshots to it.
package main

import (
	"context"
	"log"
	"os"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

func main() {
	directory, address := os.Args[1], os.Args[2]
	beside, err := meta.NewSideCar(directory + ".meta")
	if err != nil {
		log.Fatal(err)
	}
	buckets, err := posix.New(directory, beside, posix.PosixOpts{NewDirPerm: 0o700, Concurrency: 16, SideCarDir: directory + ".meta"})
	if err != nil {
		log.Fatal(err)
	}
	settings := &embedgw.Config{
		RootUserAccess:    os.Getenv("AWS_ACCESS_KEY_ID"),
		RootUserSecret:    os.Getenv("AWS_SECRET_ACCESS_KEY"),
		Ports:             []string{address},
		MaxConnections:    64,
		MaxRequests:       64,
		MultipartMaxParts: 10_000,
		Quiet:             true,
	}
	log.Fatal(embedgw.RunVersityGW(context.Background(), buckets, settings))
}
