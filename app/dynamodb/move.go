package dynamodb

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"myclothes/app/shop"
)

// A guest's cart moves to a customer's in steps, each of which may be the last one for now. The guest's session is
// frozen, and says whose its cart becomes; the customer's item takes the lines in, and says that it has; the guest's
// session is removed. It is the customer's item that decides what became of a session that stays frozen: if it has the
// cart, the session is over. If not, the guest goes on: who reads sees the cart as it is, and who changes it first has
// the customer's item note that this move is given up, so that it can never be made, and thaws the session.

// rememberedMoves is how many of the latest moves, made or given up, an account remembers.
const rememberedMoves = 10

// move names the move of a frozen guest's cart. A session that is thawed has another number of changes.
func (i item) move() string { return i.id + ":" + strconv.FormatInt(i.changes, 10) }

// remember notes what became of a move: made, by the guest's id, after which there is no other; given up, by its name.
func (i *item) remember(move string) {
	i.merged = append(i.merged, move)
	i.merged = i.merged[max(0, len(i.merged)-rememberedMoves):]
}

// freeze freezes a guest's session, whose cart becomes the customer's, and returns it; nil if it is not that of a
// guest, or over.
func (s *Store) freeze(ctx context.Context, session *shop.Session, customer int64) (*item, error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil
	}
	id := sessionID(session.Token())
	for {
		guest, err := s.apply(ctx, id, update{
			set:       "frozen = :one, movesTo = :customer",
			condition: "attribute_not_exists(epoch) AND (attribute_not_exists(movesTo) OR movesTo = :customer)",
			values:    attributes{":one": number(1), ":customer": number(customer)},
		})
		if !errors.Is(err, errCondition) {
			return guest, err
		}
		guest, err = s.get(ctx, id) // what cannot be read may have a cart
		if err != nil || guest == nil || guest.epoch != "" {
			return nil, err
		}
		if over, err := s.thaw(ctx, guest); err != nil || over {
			return nil, err // or it was to become somebody else's, and is not
		}
	}
}

// merge adds the frozen guest's cart to the customer's, once. If somebody goes on as a guest meanwhile, it begins again
// with what they have then.
func (s *Store) merge(ctx context.Context, session *shop.Session, customer int64, guest *item) error {
	for guest != nil {
		givenUp := false
		err := s.rewrite(ctx, customer, func(account *item) (bool, error) {
			givenUp = slices.Contains(account.merged, guest.move())
			if givenUp || slices.Contains(account.merged, guest.id) {
				return false, nil
			}
			return true, account.takeIn(guest)
		})
		if err != nil || !givenUp {
			return err
		}
		if guest, err = s.freeze(ctx, session, customer); err != nil {
			return err
		}
	}
	return nil
}

// takeIn adds the guest's cart to that of the account.
func (i *item) takeIn(guest *item) error {
	theirs, err := guest.shopCart()
	if err != nil {
		return err
	}
	cart, err := i.shopCart()
	if err != nil {
		return err
	}
	i.setCart(cart.Merge(theirs.Lines))
	i.remember(guest.id)
	return nil
}

// over says whether a session is over because its cart was moved, or because an earlier release froze it: nobody knows
// then whose item decides.
func (s *Store) over(ctx context.Context, guest *item) (bool, error) {
	if guest.movesTo == 0 {
		return guest.frozen != 0, nil
	}
	account, err := s.get(ctx, customerID(guest.movesTo))
	return account != nil && slices.Contains(account.merged, guest.id), err
}

// thaw lets a guest go on whose session may be frozen, unless it is over.
func (s *Store) thaw(ctx context.Context, guest *item) (over bool, err error) {
	if guest.movesTo == 0 {
		return guest.frozen != 0, nil
	}
	err = s.rewrite(ctx, guest.movesTo, func(account *item) (bool, error) {
		over = slices.Contains(account.merged, guest.id)
		if over || slices.Contains(account.merged, guest.move()) {
			return false, nil
		}
		account.remember(guest.move())
		return true, nil
	})
	if err != nil || over {
		return over, err
	}
	_, err = s.apply(ctx, guest.id, update{
		remove: "frozen, movesTo", add: "changes :one", condition: "movesTo = :customer AND changes = :changes",
		values: attributes{":one": number(1), ":customer": number(guest.movesTo), ":changes": number(guest.changes)},
	})
	return false, ignoreCondition(err)
}
