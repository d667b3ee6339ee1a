package dynamodb

import (
	"context"
	"errors"
	"slices"

	"myclothes/app/shop"
)

// rememberedMerges is how many of the latest guests' sessions an account remembers to have taken in.
const rememberedMerges = 10

// freeze ends a guest's session for everybody but signing in, and returns it; nil if it is not that of a guest.
func (s *Store) freeze(ctx context.Context, session *shop.Session) (*item, error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil
	}
	id := sessionID(session.Token())
	guest, err := s.apply(ctx, id, update{
		set: "frozen = :one", condition: "attribute_not_exists(epoch)", values: attributes{":one": number(1)},
	})
	if !errors.Is(err, errCondition) {
		return guest, err
	}
	_, err = s.get(ctx, id) // what cannot be read may have a cart
	return nil, err
}

// merge adds the guest's cart to the customer's, once.
func (s *Store) merge(ctx context.Context, customer int64, guest *item) error {
	theirs, err := guest.shopCart()
	if err != nil || len(theirs.Lines) == 0 {
		return err
	}
	return s.rewrite(ctx, customer, func(account *item) (bool, error) {
		cart, err := account.shopCart()
		if err != nil || slices.Contains(account.merged, guest.id) {
			return false, err
		}
		account.setCart(cart.Merge(theirs.Lines))
		account.merged = append(account.merged, guest.id)
		account.merged = account.merged[max(0, len(account.merged)-rememberedMerges):]
		return true, nil
	})
}
