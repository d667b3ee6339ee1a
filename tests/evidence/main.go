// Command evidence says what shows the commands and the numbers of the project's documents, and what nothing shows.
// Exit status 1: something is claimed about which docs/evidence.tsv says nothing, or it says what is not so.
package main

import (
	"fmt"
	"os"

	"myclothes/tests/prose"
)

func main() {
	report, err := prose.Check(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "evidence:", err)
		os.Exit(1)
	}
	fmt.Printf("%d commands and numbers in the documents; %d rows of docs/evidence.tsv say that nothing shows them:\n", report.Claims, len(report.Unshown))
	for _, line := range report.Unshown {
		fmt.Println("  " + line)
	}
	for _, problem := range report.Problems {
		fmt.Fprintln(os.Stderr, problem)
	}
	if len(report.Problems) > 0 {
		os.Exit(1)
	}
}
