-- Shows who is signed in: the number of the customer and the position, or nothing.
content = customer and {customer, wrote} or {}
