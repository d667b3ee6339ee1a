// A cart in a session of Express, with express-session and connect-redis, as their users write it.
"use strict";
const fs = require("node:fs");
const express = require("express");
const session = require("express-session");
const { RedisStore } = require("connect-redis");
const { createClient } = require("redis");

const products = {
  "tee-ecru": { name: "Heavy tee, ecru", cents: 2900 },
  "shirt-oxford-white": { name: "Oxford shirt, white", cents: 6900 },
  "coat-wool-camel": { name: "Wool coat, camel", cents: 24900 },
};
const maxQuantity = 99;

function view(cart) {
  const items = Object.keys(cart).sort().map((sku) => ({
    sku, name: products[sku].name, quantity: cart[sku], unitPriceCents: products[sku].cents,
  }));
  return { items, totalCents: items.reduce((sum, i) => sum + i.quantity * i.unitPriceCents, 0) };
}

async function main() {
  const [redisHost, redisPort] = process.env.REDIS.split(":");
  const client = createClient({
    password: process.env.REDIS_TOKEN,
    socket: { host: redisHost, port: Number(redisPort), tls: true, ca: fs.readFileSync(process.env.REDIS_CA) },
  });
  client.on("error", (err) => console.error(err.message));
  await client.connect();

  const app = express();
  app.disable("x-powered-by");
  app.use(session({
    store: new RedisStore({ client }),
    secret: "a secret of the benchmark",
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: "lax", maxAge: 14 * 24 * 3600 * 1000 },
  }));
  app.use(express.json());

  app.get("/api/cart", (req, res) => res.json(view(req.session.cart || {})));
  app.post("/api/cart/items", (req, res) => {
    const { sku, quantity } = req.body;
    const cart = req.session.cart || {};
    const after = (cart[sku] || 0) + quantity;
    if (!Object.hasOwn(products, sku) || !Number.isInteger(quantity) || quantity < 1 || after > maxQuantity) {
      return res.status(422).json({ error: "not accepted" });
    }
    cart[sku] = after;
    req.session.cart = cart;
    res.json(view(cart));
  });

  const [host, port] = process.env.ADDRESS.split(":");
  app.listen(Number(port), host);
}

main();
