-- What is told to the user's servers. A message is written in the transaction of what it tells, and with it one delivery
-- for each endpoint that wants it then: who comes later does not get what was before.
create table webhook_endpoint (
    no integer primary key autoincrement,
    scope integer not null,
    id text not null,
    url text not null,
    description text,
    -- Words joined by spaces; none = every event.
    events text not null,
    enabled integer not null,
    secret text not null,
    -- Signs too until its end, after a rotation.
    old_secret text,
    old_secret_ends_at integer,
    -- 1 = it comes from the settings.
    preset integer not null default 0,
    created_at integer not null,
    unique (scope, id)
) strict;

-- In the order of commit, and so in order for each customer (0 = of none). The numbers are never used again.
create table webhook_message (
    no integer primary key autoincrement,
    id text not null unique,
    scope integer not null,
    customer integer not null,
    customer_id text,
    type text not null,
    body text not null,
    -- When it happened, by the customer's clock; when it was written, by ours.
    at integer not null,
    written_at integer not null
) strict;

create index webhook_message_scope on webhook_message (scope, no);
create index webhook_message_customer on webhook_message (scope, customer_id, no);
create index webhook_message_age on webhook_message (written_at);

-- Status 1 pending, 2 delivered, 3 parked. Rows of an endpoint that is gone go with their message. Customer is that of the
-- message, or the message's number below 0 where it has none: such a one waits for nobody. Attempts counts since the last replay, tried_in_all all there were.
create table webhook_delivery (
    message integer not null,
    endpoint integer not null,
    scope integer not null,
    customer integer not null,
    status integer not null,
    attempts integer not null default 0,
    tried_in_all integer not null default 0,
    settled_at integer,
    primary key (message, endpoint)
) strict, without rowid;

create index webhook_delivery_listed on webhook_delivery (scope, message, endpoint);
create index webhook_delivery_pending on webhook_delivery (endpoint, customer, message) where status = 1;
create index webhook_delivery_status on webhook_delivery (scope, status, message, endpoint);

-- One customer's pending messages for one endpoint: only the first of them is ever on its way. There is a row as long as
-- something is pending. Lease = the moment until which whoever set it has it to themselves.
create table webhook_lane (
    endpoint integer not null,
    customer integer not null,
    scope integer not null,
    next_at integer not null,
    lease integer,
    primary key (endpoint, customer)
) strict, without rowid;

create index webhook_lane_due on webhook_lane (endpoint, next_at);

create table webhook_attempt (
    message integer not null,
    endpoint integer not null,
    no integer not null,
    at integer not null,
    status_code integer,
    error text,
    milliseconds integer not null,
    primary key (message, endpoint, no)
) strict, without rowid;
