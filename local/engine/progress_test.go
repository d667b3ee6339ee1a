package engine

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProgressIsBriefAndKeepsEveryMessage(t *testing.T) {
	var out bytes.Buffer
	b := &brief{out: &out}
	for _, part := range []string{
		"Updating (dev):\n\n\n +  aws:ec2:Vpc network creat", "ing (0s) \n",
		" +  aws:ec2:Vpc network created (0.05s) \n@ updating....\n",
		" ~  aws:autoscaling:Group servers updating (0s) [diff: ~launchTemplate]\n",
		"    pulumi:pulumi:Stack shop-dev  \n",
		" +  aws:rds:Instance db creating (0s) error: no space\n",
		"    pulumi:pulumi:Stack shop-dev running warning: old\n",
	} {
		n, err := b.Write([]byte(part))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	require.Equal(t, `Updating (dev):

 +  aws:ec2:Vpc network created (0.05s) 
 +  aws:rds:Instance db creating (0s) error: no space
    pulumi:pulumi:Stack shop-dev running warning: old
`, out.String())
}

func TestOutputAndErrorsMayBeWrittenAtTheSameMoment(t *testing.T) {
	var out bytes.Buffer
	b := &brief{out: &out}
	var streams sync.WaitGroup
	for range 2 {
		streams.Go(func() {
			for range 1000 {
				b.Write([]byte("warning: a whole line\n"))
			}
		})
	}
	streams.Wait()
	require.Equal(t, strings.Repeat("warning: a whole line\n", 2000), out.String())
}

func TestAChangeOfUserDataIsShownByLine(t *testing.T) {
	encode := func(stickiness string) string {
		return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("# a comment\n", 20) + "CART_STICKINESS=" + stickiness + "\n"))
	}
	line := fmt.Sprintf(`  ~ userData: "%s" => "%s"`, encode("none"), encode("lb_cookie"))
	require.Equal(t, "  ~ userData:\n      - CART_STICKINESS=none\n      + CART_STICKINESS=lb_cookie", readable(line))
	require.Regexp(t, `^  \+ userData: "[^"]{60}…"$`, readable(fmt.Sprintf("  + userData: %q", encode("none"))))
}
