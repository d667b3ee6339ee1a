// Package wire reads and writes the protocols of AWS: AWS query and EC2's form of it, AWS
// JSON, and Smithy RPC v2 CBOR. It knows how calls, answers and errors are written, and no
// operation.
package wire

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"

	"myclothes/local/cloud/aws"
)

// Call is a request, whatever protocol it is written in.
type Call struct {
	protocol  protocol
	Service   string // as the protocol names it: a version, or the target of a header
	Operation string
	Read      func(input any) error // fills in the input of the operation
	Request   *http.Request         // its body is not read yet
}

// protocol is one of AWS's.
// https://smithy.io/2.0/aws/protocols/index.html
type protocol interface {
	answer(w http.ResponseWriter, c Call, id string, output any)
	refuse(w http.ResponseWriter, c Call, id string, problem aws.Error)
	// The errors that every service has, by the names of the protocol.
	unknown(c Call) error
	unsigned() error
	stranger() error
	misplaced(problem string) error // signed for another region
}

// Answer writes the output of the operation.
func (c Call) Answer(w http.ResponseWriter, id string, output any) {
	c.protocol.answer(w, c, id, output)
}

// Refuse writes an error.
func (c Call) Refuse(w http.ResponseWriter, id string, problem aws.Error) {
	c.protocol.refuse(w, c, id, problem)
}

// Unknown is the error for an operation that is not there.
func (c Call) Unknown() error { return c.protocol.unknown(c) }

// Unsigned is the error for a call without a signature.
func (c Call) Unsigned() error { return c.protocol.unsigned() }

// Stranger is the error for a call that is signed with an unknown access key.
func (c Call) Stranger() error { return c.protocol.stranger() }

// Misplaced is the error for a call that is signed for another region.
func (c Call) Misplaced(problem string) error { return c.protocol.misplaced(problem) }

// Read finds out which protocol a request is written in, and what it asks for.
func Read(r *http.Request) (Call, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return Call{protocol: query{}}, aws.Error{Code: "MalformedQueryString", Message: err.Error()}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor" {
		return readCBOR(r, body), nil
	}
	if r.Header.Get("X-Amz-Target") != "" {
		return readJSON(r, body), nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") == "" {
		return Call{protocol: query{}, Service: r.Method, Operation: r.URL.Path, Request: r}, nil // S3, Lambda, …
	}
	c := Call{query{}, form.Get("Version"), form.Get("Action"), func(input any) error { return readForm(form, input) }, r}
	if c.Service == EC2 {
		c.protocol = ec2Query{}
	}
	return c, nil
}

// query is AWS query: a form in, XML out.
type query struct{}

func (query) answer(w http.ResponseWriter, c Call, id string, output any) {
	writeXML(w, http.StatusOK, xml.Name{Space: namespaces[c.Service], Local: c.Operation + "Response"},
		element{c.Operation + "Result", output}, element{"ResponseMetadata", metadata{id}})
}

type metadata struct{ RequestId string }

func (query) refuse(w http.ResponseWriter, c Call, id string, problem aws.Error) {
	fault := struct{ Type, Code, Message string }{"Sender", problem.Code, problem.Message}
	status := statusOf(problem.Code)
	if status >= http.StatusInternalServerError {
		fault.Type = "Receiver"
	}
	writeXML(w, status, xml.Name{Space: namespaces[c.Service], Local: "ErrorResponse"}, element{"Error", fault}, element{"RequestId", id})
}

func (query) unknown(c Call) error {
	return aws.Errorf("InvalidAction", "Could not find operation %s for version %s", c.Operation, c.Service)
}

func (query) unsigned() error {
	return aws.Error{Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token"}
}

func (query) stranger() error {
	return aws.Error{Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid."}
}

func (query) misplaced(problem string) error {
	return aws.Error{Code: "SignatureDoesNotMatch", Message: problem}
}

// ec2Query is EC2's own form of AWS query.
type ec2Query struct{ query }

func (ec2Query) answer(w http.ResponseWriter, c Call, id string, output any) {
	writeXML(w, http.StatusOK, xml.Name{Space: namespaces[c.Service], Local: c.Operation + "Response"}, element{"", output})
}

func (ec2Query) refuse(w http.ResponseWriter, _ Call, id string, problem aws.Error) {
	type fault struct{ Code, Message string }
	writeXML(w, statusOf(problem.Code), xml.Name{Local: "Response"},
		element{"Errors", struct{ Error fault }{fault{problem.Code, problem.Message}}}, element{"RequestID", id})
}

func (ec2Query) unknown(c Call) error {
	return aws.Errorf("InvalidAction", "The action %s is not valid for this web service.", c.Operation)
}

func (ec2Query) stranger() error {
	return aws.Error{Code: "AuthFailure", Message: "AWS was not able to validate the provided access credentials"}
}

func (ec2Query) misplaced(problem string) error {
	return aws.Error{Code: "AuthFailure", Message: problem}
}

// statusOf is the HTTP status of an error.
func statusOf(code string) int {
	switch code {
	case "AuthFailure":
		return http.StatusUnauthorized
	case "InvalidClientTokenId", "MissingAuthenticationToken", "SignatureDoesNotMatch":
		return http.StatusForbidden
	case "DryRunOperation":
		return http.StatusPreconditionFailed
	case "InternalFailure":
		return http.StatusInternalServerError
	case "DBInstanceNotFound", "ReplicationGroupNotFoundFault", "NodeGroupNotFoundFault", "ResourceNotFound":
		return http.StatusNotFound
	}
	return http.StatusBadRequest
}

// element is a child of an answer's root; without a name, its own children are.
type element struct {
	name  string
	value any
}

// writeXML answers with a document.
func writeXML(w http.ResponseWriter, status int, root xml.Name, children ...element) {
	var document bytes.Buffer
	encoder := xml.NewEncoder(&document)
	start := xml.StartElement{Name: root}
	err := encodeChildren(encoder, start, children)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = io.Copy(w, io.MultiReader(strings.NewReader(xml.Header), &document))
}

func encodeChildren(e *xml.Encoder, root xml.StartElement, children []element) error {
	if len(children) == 1 && children[0].name == "" {
		return e.EncodeElement(children[0].value, root)
	}
	if err := e.EncodeToken(root); err != nil {
		return err
	}
	for _, child := range children {
		if err := e.EncodeElement(child.value, xml.StartElement{Name: xml.Name{Local: child.name}}); err != nil {
			return err
		}
	}
	if err := e.EncodeToken(root.End()); err != nil {
		return err
	}
	return e.Close()
}
