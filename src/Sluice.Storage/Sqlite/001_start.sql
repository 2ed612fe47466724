-- Everything is keyed by scope first. Amounts are exact decimals as text, moments are milliseconds since 1970.

create table scope (
    id integer primary key,
    tenant text not null,
    environment text not null,
    name text not null,
    created_at integer not null,
    catalog_version integer not null default 0,
    unique (tenant, environment, name)
) strict;

create table api_key (
    hash blob primary key,
    scope integer not null,
    kind integer not null,
    prefix text not null,
    created_at integer not null
) strict, without rowid;

create table counter (
    name text primary key,
    next integer not null
) strict, without rowid;

-- 'customer': the next customer key. 'gathered': journal rows up to this one are in usage.
insert into counter (name, next) values ('customer', 1), ('gathered', 0);

-- The version of each customer, which commits are fenced on, and its last journal row. Apart from the rest of the head
-- because every change moves it: rows this small lie together, and a batch touches few pages.
create table customer_version (
    scope integer not null,
    key integer not null,
    version integer not null,
    last_no integer not null,
    prev_no integer not null,
    primary key (scope, key)
) strict, without rowid;

-- The rest of each customer's head: what lists search and sort by.
create table customer (
    scope integer not null,
    key integer not null,
    external_id text,
    name text,
    email text,
    search text not null,
    created_at integer not null,
    next_due integer,
    deleted integer not null default 0,
    primary key (scope, key)
) strict, without rowid;

create index customer_listed on customer (scope, created_at, key) where deleted = 0;
create index customer_due on customer (next_due) where next_due is not null;

-- The truth: one row per command that changed a customer. Rows of a deleted customer are removed. Rows lie in the
-- order of commit and each names the customer's row before it (0 = none), so that a batch writes few pages: an index by
-- customer would touch one page per customer, and cost more than all the rest of a commit.
create table journal (
    no integer primary key,
    prev integer not null,
    scope integer not null,
    customer integer not null,
    version integer not null,
    at integer not null,
    schema integer not null,
    body text not null,
    hash blob not null,
    feature text,
    value text,
    used_at integer,
    properties text,
    listed integer not null default 0
) strict;

-- The usage of all customers, newest last.
create index journal_usage on journal (scope, used_at, customer, version) where listed = 1;

-- Listed usage in the order in which one customer's is read. Rows are gathered from the journal some thousands at a
-- time, in this order; the newest are found by going back along the customer's journal rows.
create table usage (
    scope integer not null,
    customer integer not null,
    used_at integer not null,
    version integer not null,
    no integer not null,
    feature text not null,
    value text not null,
    properties text,
    primary key (scope, customer, used_at, version)
) strict, without rowid;

-- The exact sums of listed usage by UTC day (days since 1970), written in the commit that records the usage. Today's
-- rows lie together, so that a batch touches few pages.
create table usage_day (
    scope integer not null,
    day integer not null,
    customer integer not null,
    feature text not null,
    count integer not null,
    sum text not null,
    primary key (scope, day, customer, feature)
) strict, without rowid;

create index usage_day_customer on usage_day (scope, customer, day);

-- A cache of a state, so that loading reads only the journal after it. The whole of a deleted customer.
create table snapshot (
    scope integer not null,
    customer integer not null,
    version integer not null,
    schema integer not null,
    hash blob not null,
    body text not null,
    primary key (scope, customer)
) strict;

create table claim (
    scope integer not null,
    kind integer not null,
    key text not null,
    customer integer,
    expires_at integer,
    primary key (scope, kind, key)
) strict, without rowid;

create index claim_expiry on claim (expires_at) where expires_at is not null;

-- The order of these two is the order of creation.
create table feature (
    no integer primary key,
    scope integer not null,
    id text not null,
    body text not null,
    unique (scope, id)
) strict;

create table plan (
    no integer primary key,
    scope integer not null,
    id text not null,
    version integer not null,
    body text not null,
    unique (scope, id, version)
) strict;

-- Never changed and never removed: grants of any age refer to them.
create table terms (
    scope integer not null,
    id integer not null,
    body text not null,
    primary key (scope, id)
) strict, without rowid;

-- Who holds a version of a plan, and who did (held = 0).
create table customer_plan (
    scope integer not null,
    plan text not null,
    customer integer not null,
    version integer not null,
    held integer not null,
    primary key (scope, plan, customer, version)
) strict, without rowid;

create table loose_grant (
    scope integer not null,
    feature text not null,
    customer integer not null,
    primary key (scope, feature, customer)
) strict, without rowid;
