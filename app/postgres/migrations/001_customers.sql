create table customers (
	id            bigint generated always as identity primary key,
	email         text not null unique check (email = lower(email)),
	name          text not null,
	password_hash text not null,
	street        text not null default '',
	postal_code   text not null default '',
	city          text not null default '',
	country       text not null default '',
	created_at    timestamptz not null default now(),
	updated_at    timestamptz not null default now()
);
