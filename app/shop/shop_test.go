package shop

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSessionIDsAreRecognizedAndNothingElseIs(t *testing.T) {
	t.Parallel()
	require.True(t, IsSessionID(NewSessionID()))
	require.NotEqual(t, NewSessionID(), NewSessionID())
	for _, bad := range []string{"", "a", strings.Repeat("A", 25), strings.Repeat("A", 65), strings.Repeat("a", 26), strings.Repeat("A", 25) + "*"} {
		require.False(t, IsSessionID(bad), bad)
	}
}

func TestEmailAddressesHaveOneForm(t *testing.T) {
	t.Parallel()
	email, err := NormalizeEmail("  Ada@Example.COM ")
	require.NoError(t, err)
	require.Equal(t, "ada@example.com", email)
	for _, bad := range []string{"", "ada", "ada@", "Ada <ada@example.com>", "a@b\r\nc", strings.Repeat("a", 251) + "@b.c"} {
		_, err := NormalizeEmail(bad)
		require.ErrorIs(t, err, ErrInvalid, bad)
	}
}

func TestNormalizingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Profile{Name: rapid.String().Draw(t, "name"), Address: Address{City: rapid.String().Draw(t, "city")}}
		once, err := p.Normalize()
		if err != nil {
			require.ErrorIs(t, err, ErrInvalid)
			return
		}
		twice, err := once.Normalize()
		require.NoError(t, err)
		require.Equal(t, once, twice)
		require.False(t, strings.ContainsRune(once.Name+once.Address.City, 0), "PostgreSQL cannot store NUL")
	})
}

func TestSignUpSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	valid := SignUp{Email: "ada@example.com", Password: "correct horse", Name: "Ada"}
	_, err := valid.Normalize()
	require.NoError(t, err)
	for want, change := range map[string]func(*SignUp){
		"email":    func(s *SignUp) { s.Email = "ada" },
		"password": func(s *SignUp) { s.Password = "short" },
		"name":     func(s *SignUp) { s.Name = " " },
		"at most":  func(s *SignUp) { s.Password = strings.Repeat("x", MaxPassword+1) },
	} {
		s := valid
		change(&s)
		_, err := s.Normalize()
		require.ErrorIs(t, err, ErrInvalid)
		require.ErrorContains(t, err, want)
	}
}

func TestRefusalsAreOfTheirKind(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, TooMany("tee"), ErrLimit)
	require.ErrorContains(t, TooMany("tee"), "99")
	require.ErrorIs(t, CheckAdd(0), ErrInvalid)
	require.NoError(t, CheckSet(0))
	require.False(t, errors.Is(CheckSet(-1), ErrLimit))
}

func TestAnOrderOfOutdatedProductsIsAConflict(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, Refuse(ErrOutdated, "a price has changed"), ErrConflict)
	require.NotErrorIs(t, Refuse(ErrConflict, "the cart is empty"), ErrOutdated)
}

func TestTwoCartsThatBecomeOneLoseNoLine(t *testing.T) {
	t.Parallel()
	lines := rapid.Custom(func(t *rapid.T) []Line {
		quantities := rapid.MapOf(rapid.StringMatching(`[a-f]`), rapid.IntRange(1, MaxQuantity)).Draw(t, "quantities")
		return sorted(quantities)
	})
	rapid.Check(t, func(t *rapid.T) {
		one, other := lines.Draw(t, "one"), lines.Draw(t, "other")
		merged := NewCart(one).Merge(other).Lines
		require.Equal(t, merged, NewCart(other).Merge(one).Lines)
		for _, line := range slices.Concat(one, other) {
			i := slices.IndexFunc(merged, func(m Line) bool { return m.SKU == line.SKU })
			require.GreaterOrEqual(t, i, 0)
			require.GreaterOrEqual(t, merged[i].Quantity, line.Quantity)
			require.LessOrEqual(t, merged[i].Quantity, MaxQuantity)
		}
		cart := Cart{ID: "a", Orders: 1, Lines: one}
		require.Equal(t, Cart{ID: "a", Orders: 3, Lines: []Line{}}, cart.Paid(Receipt{Cart: "a", Number: 3, Lines: one}))
		require.Equal(t, one, cart.Paid(Receipt{Cart: "a", Number: 2}).Lines)
	})
}

func TestACartPaysForAnOrderOnceAndOnlyForItsOwn(t *testing.T) {
	t.Parallel()
	tees := []Line{{SKU: "tee", Quantity: 1}}
	cart := Cart{ID: "a", Orders: 2, Lines: []Line{{SKU: "tee", Quantity: 3}}}
	require.Equal(t, Cart{ID: "a", Orders: 4, Lines: []Line{{SKU: "tee", Quantity: 2}}}, cart.Paid(Receipt{"a", 4, tees}))
	for _, stranger := range []Receipt{{"a", 2, tees}, {"a", 1, tees}, {"b", 3, tees}, {"", 3, tees}} {
		require.Equal(t, cart, cart.Paid(stranger))
	}
	require.Equal(t, Cart{Lines: tees}, Cart{Lines: tees}.Paid(Receipt{"", 1, tees}), "a guest's cart pays for nothing")
}

func TestACartStaysWithinItsLimitsAndIsAValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cart, model := Cart{ID: "a"}, map[string]int{}
		for range rapid.IntRange(0, 80).Draw(t, "changes") {
			sku, quantity := rapid.StringMatching(`[a-h][0-9]`).Draw(t, "sku"), rapid.IntRange(0, MaxQuantity+1).Draw(t, "quantity")
			before := slices.Clone(cart.Lines)
			next, err := cart.With(sku, quantity)
			require.Equal(t, before, slices.Clone(cart.Lines))
			if err != nil {
				require.ErrorIs(t, err, ErrLimit)
				require.True(t, quantity > MaxQuantity || len(model) == MaxLines)
				continue
			}
			cart, model[sku] = next, quantity
			if quantity == 0 {
				delete(model, sku)
			}
			require.Equal(t, model[sku], cart.Quantity(sku))
			require.Equal(t, sorted(model), append([]Line{}, cart.Lines...))
		}
	})
}

func TestSessionsLiveLongerTheMoreTheyAreUsed(t *testing.T) {
	t.Parallel()
	l := Lifetimes{Idle: 336 * time.Hour, SignedIn: 2160 * time.Hour}
	left := l.First()
	require.Equal(t, time.Hour, left)
	for uses := 0; left < l.Idle; uses++ {
		require.Less(t, uses, 10)
		left, _ = l.Renewed(time.Minute, left, false)
	}
	for _, c := range []struct {
		name      string
		age, left time.Duration
		customer  bool
		want      time.Duration
		renew     bool
	}{
		{"a tenth is not gained", time.Minute, 310 * time.Hour, false, 336 * time.Hour, false},
		{"a tenth is gained", time.Minute, 300 * time.Hour, false, 336 * time.Hour, true},
		{"after an hour every use counts in full", time.Hour, time.Minute, false, 336 * time.Hour, true},
		{"a customer's counts in full at once", 0, time.Minute, true, 336 * time.Hour, true},
		{"signing in ends some day", 2159 * time.Hour, 10 * time.Minute, true, time.Hour, true},
		{"and is over then", 2161 * time.Hour, 10 * time.Minute, true, 0, false},
	} {
		lifetime, renew := l.Renewed(c.age, c.left, c.customer)
		require.Equal(t, c.want, lifetime, c.name)
		require.Equal(t, c.renew, renew, c.name)
	}
	short := Lifetimes{Idle: time.Minute}
	require.Equal(t, time.Minute, short.First())
}

func TestASessionIsBegunByWhatIsKeptWhereThereWasNone(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]struct {
		do   func(*Session)
		want bool
	}{
		"nothing happened":                            {func(*Session) {}, false},
		"the session was renewed":                     {func(s *Session) { s.Keep("before") }, false},
		"somebody signed in":                          {func(s *Session) { s.Keep("after") }, false},
		"a store might have begun one, and found one": {func(s *Session) { s.MayBegin(); s.Keep("before") }, false},
		"a store began one":                           {func(s *Session) { s.MayBegin(); s.Keep("after") }, true},
		"a store was not let":                         {func(s *Session) { s.BeginIf(func() error { return ErrTooMany }); s.MayBegin() }, false},
	} {
		s := OpenSession("before")
		use.do(s)
		require.Equal(t, use.want, s.Begun(), name)
	}
}
