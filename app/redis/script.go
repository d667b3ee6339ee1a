package redis

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/rueidis"
)

// Script is a Lua script. It is run by its hash, and sent in full only to a server that does not know it yet.
type Script struct{ source, hash string }

// NewScript returns the script with this source.
func NewScript(source string) *Script {
	sum := sha1.Sum([]byte(source)) // is how Redis names scripts
	return &Script{source: source, hash: hex.EncodeToString(sum[:])}
}

// run runs the script with what sends commands, and returns its reply: a string, an int64, or a list of them. The error
// is rueidis.Nil if the script returned false.
func (s *Script) run(keys []string, args []any, send func(...command) ([]rueidis.RedisResult, error)) (any, error) {
	call := make(command, 0, 3+len(keys)+len(args))
	call = append(call, "EVALSHA", s.hash, strconv.Itoa(len(keys)))
	call = append(call, keys...)
	for _, arg := range args {
		call = append(call, text(arg))
	}
	replies, err := send(call)
	if err == nil && isNoScript(replies[0]) {
		call[0], call[1] = "EVAL", s.source
		replies, err = send(call)
	}
	if err != nil {
		return nil, err
	}
	reply, err := replies[0].ToAny()
	return reply, explain(err)
}

func isNoScript(reply rueidis.RedisResult) bool {
	err, ok := rueidis.IsRedisErr(reply.Error())
	return ok && strings.HasPrefix(err.Error(), "NOSCRIPT")
}

// text is an argument as Redis gets it.
func text(arg any) string {
	switch arg := arg.(type) {
	case string:
		return arg
	case []byte:
		return string(arg)
	case int:
		return strconv.Itoa(arg)
	case int64:
		return strconv.FormatInt(arg, 10)
	case bool:
		if arg {
			return "1"
		}
		return "0"
	}
	panic(fmt.Sprintf("argument of type %T", arg)) // our own scripts
}
