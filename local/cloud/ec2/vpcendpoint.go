package ec2

import (
	"context"
	"strings"

	"myclothes/local/cloud/aws"
)

// VPCEndpoint is aws:ec2/vpcEndpoint:VpcEndpoint.
type VPCEndpoint struct {
	ServiceName     string `json:"serviceName"`     // com.amazonaws.eu-west-1.s3
	VPCEndpointType string `json:"vpcEndpointType"` // "Gateway", which is also the default, or "Interface"
}

// vpcEndpoints implements Service[VPCEndpoint]. A gateway endpoint is a prefix
// list that egress rules can name; which route tables it is in is not looked at.
type vpcEndpoints struct{ *aws.Records[VPCEndpoint] }

// Create makes an endpoint and, of a gateway, a prefix list.
func (s vpcEndpoints) Create(ctx context.Context, r aws.Resource, spec VPCEndpoint) (aws.Outputs, error) {
	if _, err := s.Records.Create(ctx, r, spec); err != nil || !spec.gateway() {
		return nil, err
	}
	return aws.Outputs{"prefixListId": prefixListID(r)}, nil
}

// Update changes an endpoint.
func (s vpcEndpoints) Update(ctx context.Context, r aws.Resource, spec VPCEndpoint) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// prefixList returns the prefix list of the gateway endpoint for a service ("s3"),
// or "" when there is none.
func (s vpcEndpoints) prefixList(service string) string {
	endpoint, ok := s.First(func(r aws.Record[VPCEndpoint]) bool {
		return service != "" && r.Spec.gateway() && strings.HasSuffix(r.Spec.ServiceName, "."+service)
	})
	if !ok {
		return ""
	}
	return prefixListID(endpoint.Resource)
}

func (e VPCEndpoint) gateway() bool {
	return e.VPCEndpointType == "" || e.VPCEndpointType == "Gateway"
}

func prefixListID(endpoint aws.Resource) string {
	return "pl-" + strings.TrimPrefix(endpoint.ID, "vpce-")
}
