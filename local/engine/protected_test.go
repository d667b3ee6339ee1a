package engine

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"

	"myclothes/local/provider"
)

const protectedBucket = "urn:pulumi:dev::shop::aws:s3/bucketV2:BucketV2::releases"

// The engine's words in a preview that replaces, or deletes, a protected bucket.
const (
	saysReplacement = "unable to replace resource \"" + protectedBucket + "\"\nas it is currently marked for protection. To unprotect the resource, remove the `protect` flag"
	saysChain       = "unable to replace resource \"" + protectedBucket + "\" as part of replacing \"urn:other\" as it is currently marked for protection."
	saysDeletion    = "resource \"" + protectedBucket + "\" cannot be deleted\nbecause it is protected. To unprotect the resource, remove the `protect` flag"
)

func said(severity, message string) apitype.EngineEvent {
	return apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{Severity: severity, Message: message}}
}

// replacedBucket is the step of a replacement whose deletion the engine does not come to.
func replacedBucket() apitype.EngineEvent {
	return apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: apitype.StepEventMetadata{
		Op: apitype.OpReplace, URN: protectedBucket, Type: "aws:s3/bucketV2:BucketV2", Old: &apitype.StepEventStateMetadata{Custom: true, Protect: true},
	}}}
}

func TestWhatProtectStopsIsInThePlanWithWhatWouldBeLost(t *testing.T) {
	for words, cut := range map[string]bool{saysReplacement: false, saysChain: true, saysDeletion: true} {
		plan := planOf([]apitype.EngineEvent{replacedBucket(), said("error", words), said("error", "preview failed")})
		require.Equal(t, []string{protectedBucket}, plan.Blocked)
		require.Equal(t, cut, plan.Cut, words)
		require.Equal(t, "its objects", plan.Changes[0].Loses)
	}
}

func TestAPreviewThatProtectAloneFailsIsAnAccount(t *testing.T) {
	lines := func(events ...apitype.EngineEvent) *bytes.Buffer {
		var text bytes.Buffer
		for _, event := range append(events, apitype.EngineEvent{SummaryEvent: &apitype.SummaryEvent{}}) {
			require.NoError(t, json.NewEncoder(&text).Encode(event))
		}
		return &text
	}
	account, err := ReadAccount(lines(replacedBucket(), said("error", saysReplacement), said("error", "preview failed")), provider.Held)
	require.NoError(t, err)
	require.True(t, account.Plan.Loses())
	_, err = ReadAccount(lines(replacedBucket(), said("error", saysReplacement), said("error", "no zone")), provider.Held)
	require.ErrorContains(t, err, "the preview failed: no zone", "what else is wrong is not hidden")
	_, err = ReadAccount(lines(said("error", "preview failed")), provider.Held)
	require.ErrorContains(t, err, "the preview failed: preview failed")
}
