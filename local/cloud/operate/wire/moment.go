package wire

import (
	"math"
	"strconv"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Moment is a time of a service that AWS JSON asks too: there it is a number of seconds
// since 1970, as it is in CBOR, and it is a text in forms and XML.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
type Moment struct{ time.Time }

// MarshalJSON writes seconds, to the millisecond.
func (m Moment) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(m.UnixMilli())/1000, 'f', -1, 64), nil
}

// UnmarshalJSON reads seconds, whole ones or not.
func (m *Moment) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return err
	}
	m.Time = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
	return nil
}

// MarshalCBOR writes a time as the protocol has it.
func (m Moment) MarshalCBOR() ([]byte, error) { return outgoing.Marshal(m.Time) }

// UnmarshalCBOR reads a time.
func (m *Moment) UnmarshalCBOR(item []byte) error { return cbor.Unmarshal(item, &m.Time) }

// At is a time, in UTC.
func At(t time.Time) Moment { return Moment{t.UTC()} }
