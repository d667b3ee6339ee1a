package cookie

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"

	"myclothes/app/secrets"
	"myclothes/app/shop"
)

// manager is a Secrets Manager with the one secret of keys. It takes a while to answer with the keys of before.
type manager struct {
	mu    sync.Mutex
	value string
	reads int
	away  bool
}

func (m *manager) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	m.mu.Lock()
	m.reads++
	value, away := m.value, m.away
	m.mu.Unlock()
	time.Sleep(50 * time.Millisecond)
	if away {
		return nil, errors.New("away")
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(value)}, nil
}

// hold makes the keys those of these numbers.
func (m *manager) hold(keys ...byte) {
	text := ""
	for _, key := range keys {
		text += fmt.Sprintf(",%q", base64.StdEncoding.EncodeToString(testKey(key)))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.value = `{"keys":[` + text[1:] + `]}`
}

func (m *manager) setAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}

func (m *manager) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reads
}

// instance is the store of one more instance, which reads the keys when it likes.
func (m *manager) instance() *Store { return openStore(secrets.New[Keys](m, "arn")) }

// All tests run on the clock of a bubble, which waits for nobody.

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	before, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	add(t, before, session, "tee", 1)
	old := session.Token()

	after := openStore(fixed(testKey(2), testKey(1)))
	require.Equal(t, 1, pieces(t, after, old), "older keys decrypt")
	add(t, after, session, "tee", 1)
	require.Equal(t, 2, pieces(t, openStore(fixed(testKey(2))), session.Token()), "the first key encrypts")
}

func TestEverybodyWaitsForAKeyThatAnotherInstanceUsesAlready(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{}
		m.hold(1)
		late := m.instance()
		require.NoError(t, late.Ping(t.Context()))
		m.hold(2, 1)
		early := m.instance()
		var visitors sync.WaitGroup
		for range 20 {
			visitors.Go(func() {
				session := shop.OpenSession("")
				add(t, early, session, "tee", 1)
				add(t, late, session, "tee", 1)
				require.Equal(t, 2, pieces(t, late, session.Token()))
			})
		}
		visitors.Wait()
		require.LessOrEqual(t, m.count(), 3, "they share the reads")
	})
}

// TestNoCartIsLostWhileKeysAreChangedWhateverTheOrder changes the key in steps while visitors shop at four instances,
// each of which reads the keys when it likes.
func TestNoCartIsLostWhileKeysAreChangedWhateverTheOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{}
		m.hold(1)
		var instances []*Store
		for range 4 {
			instances = append(instances, m.instance())
			time.Sleep(rand.N(time.Minute))
		}
		var visitors sync.WaitGroup
		over := make(chan struct{})
		for range 20 {
			visitors.Go(func() { shopUntil(t, over, instances) })
		}
		for _, keys := range [][]byte{{1, 2}, {2, 1}, {2}, {2, 3}, {3, 2}, {3}} {
			time.Sleep(5 * time.Minute) // what the operator waits, so that all have read the keys again
			m.hold(keys...)
		}
		time.Sleep(5 * time.Minute)
		close(over)
		visitors.Wait()
	})
}

// shopUntil puts one piece after another into a cart, each at another instance. They must all be there.
func shopUntil(t *testing.T, over <-chan struct{}, instances []*Store) {
	session := shop.OpenSession("")
	for want := 1; ; want++ {
		select {
		case <-over:
			return
		case <-time.After(rand.N(10 * time.Second)):
		}
		store := instances[rand.N(len(instances))]
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		cart, err := store.Add(ctx, session, "sku-"+strconv.Itoa(want%shop.MaxLines), 1)
		cancel()
		if err != nil || cart.Count() != want {
			t.Errorf("piece %d: there are %d, %v", want, cart.Count(), err)
			return
		}
	}
}

func TestAStepThatIsTakenTooEarlyLosesNoCartEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{}
		m.hold(1)
		instances := []*Store{m.instance(), m.instance(), m.instance(), m.instance()}
		var visitors sync.WaitGroup
		over := make(chan struct{})
		for range 20 {
			visitors.Go(func() { shopUntil(t, over, instances) })
		}
		time.Sleep(time.Minute)
		m.hold(2, 1) // at once
		time.Sleep(10 * time.Minute)
		close(over)
		visitors.Wait()
	})
}

// dropKey returns an instance, and somebody's session there whose key the secret has lost since.
func dropKey(t *testing.T) (*manager, *Store, *shop.Session) {
	t.Helper()
	m := &manager{}
	m.hold(1)
	store, session := m.instance(), shop.OpenSession("")
	add(t, store, session, "tee", 1)
	m.hold(2)
	return m, store, session
}

func TestACookieOfADroppedKeyIsNotNowAndThenAnEmptyCart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, store, session := dropKey(t)
		time.Sleep(5 * time.Minute)
		_, err := store.Cart(t.Context(), session)
		require.ErrorIs(t, err, shop.ErrUnavailable, "the key may be on its way")
		time.Sleep(droppedAfter)
		requireRejected(t, store, session.Token(), errUnknownKey)
		reads, before := m.count(), time.Now()
		requireRejected(t, store, session.Token(), errUnknownKey)
		require.Equal(t, reads, m.count(), "it is known now")
		require.Equal(t, before, time.Now(), "nobody waits for it again")
		add(t, store, session, "coat", 2)
		require.Equal(t, 2, pieces(t, store, session.Token()), "its owner begins again")
	})
}

func TestADroppedKeyThatComesBackIsKnownAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, store, session := dropKey(t)
		time.Sleep(5 * time.Minute)
		_, err := store.Add(t.Context(), session, "tee", 1)
		require.ErrorIs(t, err, shop.ErrUnavailable)
		time.Sleep(droppedAfter)
		requireRejected(t, store, session.Token(), errUnknownKey)
		m.hold(2, 1)
		time.Sleep(5 * time.Minute)
		require.Equal(t, 1, pieces(t, store, session.Token()))
	})
}

func TestACookieOfADroppedKeyIsAnEmptyCartWhateverOthersSend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, store, session := dropKey(t)
		var strangers sync.WaitGroup
		var named atomic.Uint32
		defer strangers.Wait()
		over, stop := context.WithCancel(t.Context())
		defer stop()
		for range 200 { // who name more keys in the next minutes than anybody remembers
			strangers.Go(func() {
				for over.Err() == nil {
					if _, err := store.Cart(t.Context(), shop.OpenSession(madeUp(named.Add(1)))); !errors.Is(err, shop.ErrUnavailable) {
						t.Errorf("a key that nobody has: %v", err)
					}
					time.Sleep(rand.N(time.Second))
				}
			})
		}
		time.Sleep(5 * time.Minute)
		_, err := store.Cart(t.Context(), session)
		require.ErrorIs(t, err, shop.ErrUnavailable, "the key may be on its way")
		for range 3 {
			time.Sleep(2 * droppedAfter)
			requireRejected(t, store, session.Token(), errUnknownKey)
		}
		require.Greater(t, named.Load(), uint32(mostAbsent))
	})
}

// madeUp is a cookie of a key that nobody has.
func madeUp(key uint32) string {
	made := make([]byte, 64)
	made[0] = version
	binary.BigEndian.PutUint32(made[1:], key)
	return encoding.EncodeToString(made)
}

func TestMadeUpCookiesFloodNeitherSecretsManagerNorTheMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{}
		m.hold(1)
		store, before := m.instance(), time.Now()
		require.NoError(t, store.Ping(t.Context()))
		var visitors sync.WaitGroup
		for i := range 1000 {
			visitors.Go(func() {
				_, err := store.Cart(t.Context(), shop.OpenSession(madeUp(uint32(i))))
				require.ErrorIs(t, err, shop.ErrUnavailable)
			})
		}
		visitors.Wait()
		require.LessOrEqual(t, m.count(), 2+int(time.Since(before)/time.Second))
		for i := range uint32(2 * mostAbsent) {
			store.sealer.ring.miss(keyID(binary.BigEndian.AppendUint32(nil, i)))
		}
		require.Equal(t, mostAbsent, store.sealer.ring.absent.Len())
	})
}

func TestKnownKeysGoOnWhileSecretsManagerIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		session, foreign := shop.OpenSession(""), shop.OpenSession("")
		add(t, openStore(fixed(testKey(9))), foreign, "tee", 1)
		m := &manager{}
		m.hold(1)
		store := m.instance()
		add(t, store, session, "tee", 1)
		m.setAway(true)
		time.Sleep(30 * time.Minute)
		requireNotNow(t, store, foreign.Token())
		require.Equal(t, 1, pieces(t, store, session.Token()))
	})
}

func TestKnownKeysGoOnWhileTheSecretIsBroken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{}
		m.hold(1)
		store, session := m.instance(), shop.OpenSession("")
		add(t, store, session, "tee", 1)
		m.mu.Lock()
		m.value = `{"keys":["c2hvcnQ="]}`
		m.mu.Unlock()
		time.Sleep(30 * time.Minute)
		require.Equal(t, 1, pieces(t, store, session.Token()))
		add(t, store, session, "tee", 1)
	})
}

func TestWithoutKeysTheStoreIsAway(t *testing.T) {
	t.Parallel()
	away := &manager{away: true}
	for name, secret := range map[string]Secret{
		"Secrets Manager is away": secrets.New[Keys](away, "arn"),
		"no key":                  fixed(),
		"a short key":             fixed(testKey(1), []byte("short")),
	} {
		store := openStore(secret)
		require.ErrorIs(t, store.Ping(t.Context()), shop.ErrUnavailable, name)
		_, err := store.Add(t.Context(), shop.OpenSession(""), "tee", 1)
		require.ErrorIs(t, err, shop.ErrUnavailable, name)
		_, err = store.Cart(t.Context(), shop.OpenSession("made up"))
		require.NoError(t, err, "what is none of our cookies needs no key")
	}
}
