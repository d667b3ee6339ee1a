// Package dynamodb is Amazon DynamoDB, with dynalite behind it.
package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/iam"
)

// Table is aws:dynamodb/table:Table. Of its settings, the keys and the
// protection have an effect here.
type Table struct {
	Name       string           `json:"name"` // the physical name if empty
	HashKey    string           `json:"hashKey"`
	RangeKey   string           `json:"rangeKey"`
	Attributes []TableAttribute `json:"attributes"`
	// DeletionProtectionEnabled keeps the table from being deleted.
	DeletionProtectionEnabled bool `json:"deletionProtectionEnabled"`
}

// TableAttribute says of what type an attribute is that a key names.
type TableAttribute struct {
	Name string `json:"name"`
	Type string `json:"type"` // "S", "N" or "B"
}

// tableStartTimeout bounds the start of DynamoDB's stand-in, and each call that
// makes or removes a table.
const tableStartTimeout = 20 * time.Second

// Tables implements Service[Table] with one dynalite for all of them, which starts
// with the first. It keeps items in memory.
type Tables struct {
	*aws.Records[Table]
	host     *host.Host
	region   string
	policies *iam.IAM
	client   http.Client

	mu      sync.Mutex
	process *host.Process // nil before the first table
	address netip.AddrPort
}

// New returns no tables yet. The policies say who may use which.
func New(h *host.Host, region string, policies *iam.IAM) *Tables {
	return &Tables{
		Records: aws.NewRecords[Table]("table"), host: h, region: region, policies: policies,
		client: http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
}

// Create makes a table, which is empty.
func (s *Tables) Create(ctx context.Context, r aws.Resource, spec Table) (aws.Outputs, error) {
	ctx, cancel := context.WithTimeout(ctx, tableStartTimeout)
	defer cancel()
	declaration, err := spec.declaration(r)
	if err == nil {
		err = s.start(ctx)
	}
	if err == nil {
		err = s.call(ctx, "CreateTable", declaration)
	}
	if err == nil {
		err = s.until(ctx, r.Name, "ACTIVE")
	}
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", r.Name, err)
	}
	return s.Records.Create(ctx, r, spec)
}

// Delete removes a table with its items.
func (s *Tables) Delete(ctx context.Context, r aws.Resource) error {
	table, there := s.Find(r.ID)
	if !there {
		return nil
	}
	if table.Spec.DeletionProtectionEnabled {
		return aws.Error{Code: "ValidationException", Message: fmt.Sprintf(
			"Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first: table %s", table.Name)}
	}
	if !s.running() { // and its tables are gone
		return s.Records.Delete(ctx, r)
	}
	ctx, cancel := context.WithTimeout(ctx, tableStartTimeout)
	defer cancel()
	err := s.call(ctx, "DeleteTable", map[string]any{"TableName": r.Name})
	if err == nil {
		err = s.until(ctx, r.Name, gone)
	}
	if err != nil {
		return fmt.Errorf("table %s: %w", r.Name, err)
	}
	return s.Records.Delete(ctx, r)
}

// declaration is the table as the API's CreateTable takes it.
func (t Table) declaration(r aws.Resource) (map[string]any, error) {
	if t.HashKey == "" {
		return nil, errors.New("it has no hashKey")
	}
	keys := []map[string]string{{"AttributeName": t.HashKey, "KeyType": "HASH"}}
	if t.RangeKey != "" {
		keys = append(keys, map[string]string{"AttributeName": t.RangeKey, "KeyType": "RANGE"})
	}
	var attributes []map[string]string
	for _, a := range t.Attributes {
		attributes = append(attributes, map[string]string{"AttributeName": a.Name, "AttributeType": a.Type})
	}
	return map[string]any{"TableName": r.Name, "KeySchema": keys, "AttributeDefinitions": attributes, "BillingMode": "PAY_PER_REQUEST"}, nil
}

// Report lists what runs.
func (s *Tables) Report() []aws.Component {
	s.mu.Lock()
	process, address := s.process, s.address
	s.mu.Unlock()
	var components []aws.Component
	for _, table := range s.All() {
		c := aws.Component{
			Kind: "dynamodb table", ID: table.Name, Address: address.String(), State: "active", Healthy: true,
			Since: process.Started, PID: process.PID(), Log: process.Log,
			Note: "dynalite, in memory; expired items stay until they are read",
		}
		if !process.Running() {
			c.State, c.Healthy = "ended: see its log", false
		}
		components = append(components, c)
	}
	return components
}

// Close stops them all.
func (s *Tables) Close(context.Context) error {
	s.client.CloseIdleConnections()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.Kill()
	}
	return nil
}
