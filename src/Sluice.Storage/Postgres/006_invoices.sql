-- Every invoice as it stands. 'number' is given in the commit that makes it final: 1, 2, 3 … in a scope, without a gap.
create table invoice (
    scope bigint not null,
    customer bigint not null,
    no bigint not null,
    number bigint,
    status text not null,
    entity_id text,
    issued_at bigint not null,
    settled_at bigint,
    by_hand bigint not null default 0,
    refunded bigint not null default 0,
    body text not null,
    primary key (scope, customer, no)
);

create unique index invoice_number on invoice (scope, number) where number is not null;
create index invoice_listed on invoice (scope, issued_at, customer, no);

create table invoice_counter (
    scope bigint primary key,
    next bigint not null
);

-- What the payment provider is to be asked, written with the commit that asks it. 'kind' 1: collect the invoice, 2: void
-- it, 3: give money back. A row goes when its answer is stored.
create table payment_task (
    scope bigint not null,
    customer bigint not null,
    kind bigint not null,
    invoice bigint not null,
    attempt bigint not null,
    amount bigint not null,
    currency text not null,
    due_at bigint not null,
    tries bigint not null default 0,
    primary key (scope, customer, kind, invoice, attempt)
);

create index payment_task_due on payment_task (due_at);

-- What signs links to pages: made on the first start.
create table server_secret (
    name text primary key,
    value bytea not null
);
