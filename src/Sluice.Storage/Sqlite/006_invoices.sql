-- Every invoice as it stands. 'number' is given in the commit that makes it final: 1, 2, 3 … in a scope, without a gap.
create table invoice (
    scope integer not null,
    customer integer not null,
    no integer not null,
    number integer,
    status text not null,
    entity_id text,
    issued_at integer not null,
    settled_at integer,
    by_hand integer not null default 0,
    refunded integer not null default 0,
    body text not null,
    primary key (scope, customer, no)
) strict, without rowid;

create unique index invoice_number on invoice (scope, number) where number is not null;
create index invoice_listed on invoice (scope, issued_at, customer, no);

create table invoice_counter (
    scope integer primary key,
    next integer not null
) strict;

-- What the payment provider is to be asked, written with the commit that asks it. 'kind' 1: collect the invoice, 2: void
-- it, 3: give money back. A row goes when its answer is stored.
create table payment_task (
    scope integer not null,
    customer integer not null,
    kind integer not null,
    invoice integer not null,
    attempt integer not null,
    amount integer not null,
    currency text not null,
    due_at integer not null,
    tries integer not null default 0,
    primary key (scope, customer, kind, invoice, attempt)
) strict, without rowid;

create index payment_task_due on payment_task (due_at);

-- What signs links to pages: made on the first start.
create table server_secret (
    name text primary key,
    value blob not null
) strict, without rowid;
