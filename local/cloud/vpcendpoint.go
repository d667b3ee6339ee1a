package cloud

import (
	"context"
	"strings"
)

// VPCEndpoint is aws:ec2/vpcEndpoint:VpcEndpoint.
type VPCEndpoint struct {
	ServiceName     string `json:"serviceName"`     // com.amazonaws.eu-west-1.s3
	VPCEndpointType string `json:"vpcEndpointType"` // "Gateway", which is also the default, or "Interface"
}

// vpcEndpoints implements Service[VPCEndpoint]. A gateway endpoint is a prefix
// list that egress rules can name; which route tables it is in is not looked at.
type vpcEndpoints struct{ *records[VPCEndpoint] }

func (s vpcEndpoints) Create(ctx context.Context, r Resource, spec VPCEndpoint) (Outputs, error) {
	if _, err := s.records.Create(ctx, r, spec); err != nil || !spec.gateway() {
		return nil, err
	}
	return Outputs{"prefixListId": prefixListID(r)}, nil
}

func (s vpcEndpoints) Update(ctx context.Context, r Resource, spec VPCEndpoint) (Outputs, error) {
	return s.Create(ctx, r, spec)
}

// prefixList returns the prefix list of the gateway endpoint for a service ("s3"),
// or "" when there is none.
func (s vpcEndpoints) prefixList(service string) string {
	endpoint, ok := s.first(func(r record[VPCEndpoint]) bool {
		return service != "" && r.spec.gateway() && strings.HasSuffix(r.spec.ServiceName, "."+service)
	})
	if !ok {
		return ""
	}
	return prefixListID(endpoint.Resource)
}

func (e VPCEndpoint) gateway() bool {
	return e.VPCEndpointType == "" || e.VPCEndpointType == "Gateway"
}

func prefixListID(endpoint Resource) string {
	return "pl-" + strings.TrimPrefix(endpoint.ID, "vpce-")
}
