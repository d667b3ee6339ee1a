package dynamodb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/iam"
)

// Target is how the API's calls are named.
const Target = "DynamoDB_20120810."

// forwarded is the answer of a server that speaks AWS's protocol itself.
type forwarded struct {
	status int
	header http.Header
	body   []byte
}

// Answer passes the answer on as it is.
func (f forwarded) Answer(w http.ResponseWriter) {
	for _, name := range []string{"Content-Type", "X-Amz-Crc32", "X-Amzn-Requestid"} {
		if value := f.header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(f.body)
}

// Call carries out a call on one table, if the caller's role may.
func (s *Tables) Call(by iam.Caller, operation string, r *http.Request) (any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, aws.Error{Code: "SerializationException", Message: err.Error()}
	}
	var input struct{ TableName string }
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, aws.Error{Code: "SerializationException", Message: "the request body is not JSON: " + err.Error()}
	}
	if input.TableName == "" {
		return nil, aws.Error{Code: "UnknownOperationException", Message: fmt.Sprintf("the local cloud has no %q without a TableName", operation)}
	}
	table, there := s.Find(input.TableName)
	arn := table.ARN
	if !there {
		arn = fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", s.region, aws.AccountID, input.TableName)
	}
	// Who may not use a table is not told whether it exists.
	if err := s.policies.Authorize(by, "dynamodb:"+operation, arn); err != nil {
		return nil, err
	}
	if !there {
		return nil, aws.Error{Code: "ResourceNotFoundException", Message: "Requested resource not found"}
	}
	began := time.Now()
	answer, err := s.forward(r.Context(), operation, r.Header, body)
	if err == nil {
		s.publish(table.Name, operation, answer, time.Since(began))
	}
	return answer, err
}

// forward hands a call to dynalite, which does not check who makes it.
func (s *Tables) forward(ctx context.Context, operation string, header http.Header, body []byte) (forwarded, error) {
	s.mu.Lock()
	address := s.address
	s.mu.Unlock()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address.String(), bytes.NewReader(body))
	if err != nil {
		return forwarded{}, err
	}
	for _, name := range []string{"Authorization", "X-Amz-Date"} {
		request.Header.Set(name, header.Get(name))
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", Target+operation)
	response, err := s.client.Do(request)
	if err != nil {
		return forwarded{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return forwarded{response.StatusCode, response.Header, content}, err
}
