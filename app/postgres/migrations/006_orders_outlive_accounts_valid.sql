-- In a transaction of its own, and so beside orders that are being made.
alter table orders validate constraint orders_customer_id_fkey;
