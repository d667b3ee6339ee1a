package operate_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestWhoHasTheAccessKeyIsLetIn(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	me, err := sts.NewFromConfig(a.config()).GetCallerIdentity(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "000000000000", *me.Account)

	a.accessKey = "AKIAIOSFODNN7EXAMPLE"
	_, err = sts.NewFromConfig(a.config()).GetCallerIdentity(t.Context(), nil)
	require.Equal(t, "InvalidClientTokenId", cloudtest.ErrorCode(t, err))
	_, err = secretsmanager.NewFromConfig(a.config()).ListSecrets(t.Context(), nil)
	require.Equal(t, "UnrecognizedClientException", cloudtest.ErrorCode(t, err))
	_, err = cloudwatch.NewFromConfig(a.config()).DescribeAlarms(t.Context(), nil)
	require.Equal(t, "UnrecognizedClientException", cloudtest.ErrorCode(t, err))

	// What a page in a browser may send without being asked first.
	response, err := http.PostForm(a.url, url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}})
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusForbidden, response.StatusCode)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Contains(t, string(text), "<Code>MissingAuthenticationToken</Code>")
}

func TestAnOperationThatIsNotThereIsAnsweredAsOnAWSAndCounted(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	for range 2 {
		_, err := autoscaling.NewFromConfig(a.config()).DescribeAccountLimits(t.Context(), nil)
		require.Equal(t, "InvalidAction", cloudtest.ErrorCode(t, err))
		require.ErrorContains(t, err, "Could not find operation DescribeAccountLimits for version 2011-01-01")
	}
	_, err := secretsmanager.NewFromConfig(a.config()).GetRandomPassword(t.Context(), nil)
	require.Equal(t, "UnknownOperationException", cloudtest.ErrorCode(t, err))
	_, err = cloudwatch.NewFromConfig(a.config()).ListDashboards(t.Context(), nil)
	require.Equal(t, "UnknownOperationException", cloudtest.ErrorCode(t, err))
	a.post("Action=DescribeVolumes&Version=2016-11-15", "<Response><Errors><Error><Code>InvalidAction</Code>")
	a.post("Action=ListRoles&Version=2010-05-08", "<Error><Type>Sender</Type><Code>InvalidAction</Code>")

	require.Equal(t, map[string]int{
		"autoscaling:DescribeAccountLimits": 2, "secretsmanager:GetRandomPassword": 1, "cloudwatch:ListDashboards": 1,
		"ec2:DescribeVolumes": 1, "2010-05-08:ListRoles": 1,
	}, a.Operators.Unknown())
}

// post sends a signed form, which is refused with a document that has that part.
func (a *account) post(form, part string) {
	a.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, a.url, strings.NewReader(form))
	require.NoError(a, err)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+a.accessKey+"/20261124/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	require.NoError(a, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(a, err)
	require.Equal(a, http.StatusBadRequest, response.StatusCode)
	require.Contains(a, string(text), part)
}

func TestARequestForAnotherRegionIsRefused(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	const problem = "Credential should be scoped to a valid region: the local cloud is eu-west-1, not us-east-1"
	for form, code := range map[string]string{
		"Version=2011-01-01&Action=DescribeAutoScalingGroups": "SignatureDoesNotMatch",
		"Version=2016-11-15&Action=DescribeInstances":         "AuthFailure",
	} {
		_, answer := a.send("us-east-1", "", form)
		require.Contains(t, answer, "<Code>"+code+"</Code><Message>"+problem+"</Message>")
	}
	for _, target := range []string{"GraniteServiceVersion20100801.DescribeAlarms", "secretsmanager.ListSecrets"} {
		_, answer := a.send("us-east-1", target, "{}")
		require.JSONEq(t, `{"__type":"InvalidSignatureException","message":"`+problem+`"}`, answer)
	}
	elsewhere := a.config()
	elsewhere.Region = "us-east-1"
	_, err := cloudwatch.NewFromConfig(elsewhere).DescribeAlarms(t.Context(), nil)
	require.Equal(t, "InvalidSignatureException", cloudtest.ErrorCode(t, err))
	_, err = autoscaling.NewFromConfig(elsewhere).DescribeAutoScalingGroups(t.Context(), nil)
	require.Equal(t, "SignatureDoesNotMatch", cloudtest.ErrorCode(t, err))

	// Those who have no access key are not told the region.
	a.accessKey = "AKIAIOSFODNN7EXAMPLE"
	_, answer := a.send("us-east-1", "", "Version=2011-01-01&Action=DescribeAutoScalingGroups")
	require.Contains(t, answer, "<Code>InvalidClientTokenId</Code>")
}
