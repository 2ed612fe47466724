-- Every invoice that was ever issued; open ones stand in the customer's state too. Totals are minor units.
create table invoice (
    scope integer not null,
    customer integer not null,
    no integer not null,
    number integer,
    status text not null,
    total integer not null,
    currency text not null,
    issued_at integer not null,
    settled_at integer,
    refunded integer not null default 0,
    plans text not null,
    entities text not null,
    body text not null,
    primary key (scope, customer, no)
) strict, without rowid;

create unique index invoice_number on invoice (scope, number) where number is not null;

create index invoice_issued on invoice (scope, issued_at, customer, no);

-- The next number of each scope: given inside the commit that issues the invoice, so that there are no gaps.
create table invoice_counter (
    scope integer primary key,
    next integer not null
) strict, without rowid;
