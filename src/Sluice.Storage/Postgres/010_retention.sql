-- Where a customer's journal begins, once older entries have been let go: the whole state after its entry 'version', and
-- that entry's hash. Not a cache: what led to it is gone. 'seal' is a hash over both.
create table checkpoint (
    scope bigint not null,
    customer bigint not null,
    version bigint not null,
    at bigint not null,
    schema bigint not null,
    hash bytea not null,
    body text not null,
    seal bytea not null,
    primary key (scope, customer)
);

-- Entries of before this moment have been let go.
insert into counter (name, next) values ('retired', 0);

-- The moment of its last entry: what comes after it lies in no month before. 0 = not known.
alter table snapshot add column at bigint not null default 0;

-- The journal lies in months of 'at', so that months that retention has emptied go whole. Months are made ahead, by the
-- program; journal_rest has what lies in none of them, as that of clocks that are far ahead. 'at' had to join the key; that
-- versions of a customer are given once is the work of customer_version, which every commit is fenced on.
alter table journal rename to journal_before;
alter table journal_before drop constraint journal_pkey;
alter index journal_usage rename to journal_before_usage;
alter index journal_usage_customer rename to journal_before_usage_customer;

create table journal (like journal_before including defaults) partition by range (at);
alter table journal add primary key (scope, customer, version, at);

-- The usage of all customers, newest last, and of one.
create index journal_usage on journal (scope, used_at, customer, version) where listed = 1;
create index journal_usage_customer on journal (scope, customer, used_at, version) where listed = 1;

create table journal_rest partition of journal default;

-- What was written before stays where it is, as one part that ends with this month.
do $$
declare
    until bigint := extract(epoch from (date_trunc('month', now() at time zone 'utc') + interval '1 month') at time zone 'utc') * 1000;
begin
    if not exists (select from journal_before) then
        drop table journal_before;
        return;
    end if;
    with ahead as (delete from journal_before where at >= until returning *) insert into journal select * from ahead;
    execute format('alter table journal attach partition journal_before for values from (minvalue) to (%s)', until);
end
$$;
