create table orders (
	id              bigint generated always as identity primary key,
	customer_id     bigint not null references customers,
	idempotency_key text not null,
	name            text not null,
	street          text not null,
	postal_code     text not null,
	city            text not null,
	country         text not null,
	total_cents     integer not null check (total_cents > 0),
	placed_at       timestamptz not null default now(),
	unique (customer_id, idempotency_key)
);

create index orders_of_customer on orders (customer_id, id desc);

create table order_lines (
	order_id         bigint not null references orders,
	sku              text not null,
	name             text not null,
	quantity         integer not null check (quantity > 0),
	unit_price_cents integer not null check (unit_price_cents > 0),
	primary key (order_id, sku)
);
