// step-ca CONFIGURATION: the server of smallstep's step-ca, without the command line around it. `npm run bench` measures it.
package main

import (
	"log"
	"os"

	"github.com/smallstep/certificates/authority/config"
	"github.com/smallstep/certificates/ca"
	_ "go.step.sm/crypto/kms/softkms"
)

func main() {
	settings, err := config.LoadConfiguration(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server, err := ca.New(settings, ca.WithQuiet(true))
	if err != nil {
		log.Fatal(err)
	}
	log.Print("ready")
	log.Fatal(server.Run())
}
