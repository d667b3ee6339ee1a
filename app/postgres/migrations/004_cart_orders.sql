---- tern: disable-tx ----
-- Each statement is a transaction of its own, so that none waits for orders with the locks of the one before.

-- Which order of which cart it is; neither is known of orders that an earlier release made.
alter table orders add column if not exists cart_id text, add column if not exists cart_order bigint;

-- Building the index reads the table once and sorts nothing, because no order has a cart yet.
create unique index if not exists orders_of_cart on orders (customer_id, cart_id, cart_order) where cart_id is not null;

comment on column orders.total_cents is
	'What the lines cost together, at most 2147483647. Only releases before this column had a comment read it.';
