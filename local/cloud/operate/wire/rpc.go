package wire

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"myclothes/local/cloud/aws"
)

// readJSON reads a call in AWS JSON.
func readJSON(r *http.Request, body []byte) Call {
	service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return Call{jsonRPC{}, service, operation, func(input any) error { return readDocument(json.Unmarshal, body, input) }, r}
}

// readDocument fills in an operation's input. What the input has no field for is an error.
func readDocument(unmarshal func([]byte, any) error, body []byte, input any) error {
	document := map[string]any{}
	if err := unmarshal(body, &document); err != nil {
		return err
	}
	if err := leftOfDocument(document, reflect.TypeOf(input), ""); err != nil {
		return err
	}
	return unmarshal(body, input)
}

// jsonRPC is AWS JSON 1.1, which clients of 1.0 read too.
type jsonRPC struct{}

// verbatim is an output that is not JSON of ours: it answers by itself.
type verbatim interface{ Answer(w http.ResponseWriter) }

func (jsonRPC) answer(w http.ResponseWriter, _ Call, _ string, output any) {
	if reply, ok := output.(verbatim); ok {
		reply.Answer(w)
		return
	}
	if value := reflect.ValueOf(output); value.Kind() == reflect.Struct {
		filled := reflect.New(value.Type())
		filled.Elem().Set(value)
		fillLists(filled.Elem())
		output = filled.Interface()
	}
	writeJSON(w, http.StatusOK, output)
}

// fillLists makes empty lists of those that are not there, in structs and lists of them:
// clients take null for an answer without the member.
func fillLists(value reflect.Value) {
	switch value.Kind() {
	case reflect.Struct:
		for i := range value.NumField() {
			if field := value.Field(i); field.CanSet() || value.Type().Field(i).Anonymous {
				fillLists(field)
			}
		}
	case reflect.Slice:
		if value.IsNil() {
			value.Set(reflect.MakeSlice(value.Type(), 0, 0))
		}
		for i := range value.Len() {
			fillLists(value.Index(i))
		}
	}
}

func (jsonRPC) refuse(w http.ResponseWriter, _ Call, _ string, problem aws.Error) {
	w.Header().Set("X-Amzn-ErrorType", problem.Code)
	writeJSON(w, statusOf(problem.Code), problem)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func (jsonRPC) unknown(c Call) error {
	return aws.Errorf("UnknownOperationException", "the local cloud has no %s.%s", c.Service, c.Operation)
}

func (jsonRPC) unsigned() error {
	return aws.Error{Code: "MissingAuthenticationTokenException", Message: "Missing Authentication Token"}
}

func (jsonRPC) stranger() error {
	return aws.Error{Code: "UnrecognizedClientException", Message: "The security token included in the request is invalid."}
}

func (jsonRPC) misplaced(problem string) error {
	return aws.Error{Code: "InvalidSignatureException", Message: problem}
}

// readCBOR reads a call in Smithy RPC v2 CBOR, whose path is
// /service/NAME/operation/NAME.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
func readCBOR(r *http.Request, body []byte) Call {
	c := Call{protocol: cborRPC{}, Read: func(input any) error { return readDocument(incoming.Unmarshal, body, input) }, Request: r}
	if parts := strings.Split(r.URL.Path, "/"); len(parts) == 5 {
		c.Service, c.Operation = parts[2], parts[4]
	}
	return c
}

// incoming reads maps whose keys are texts, as those of the protocol are.
var incoming, _ = cbor.DecOptions{DefaultMapType: reflect.TypeFor[map[string]any]()}.DecMode()

// cborRPC is Smithy RPC v2 CBOR.
type cborRPC struct{ jsonRPC }

func (cborRPC) answer(w http.ResponseWriter, _ Call, _ string, output any) {
	writeCBOR(w, http.StatusOK, output)
}

// refuse also names the error as AWS query did: clients of services that once had that
// protocol go by it.
func (cborRPC) refuse(w http.ResponseWriter, c Call, _ string, problem aws.Error) {
	w.Header().Set("X-Amzn-Query-Error", problem.Code+";Sender")
	writeCBOR(w, statusOf(problem.Code), map[string]string{"__type": c.Service + "#" + problem.Code, "message": problem.Message})
}

// outgoing writes times as the protocol has them, tagged and in seconds, and empty lists.
var outgoing, _ = cbor.EncOptions{
	Time: cbor.TimeUnixDynamic, TimeTag: cbor.EncTagRequired, NilContainers: cbor.NilContainerAsEmpty,
}.EncMode()

func writeCBOR(w http.ResponseWriter, status int, value any) {
	text, err := outgoing.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
