-- Where a customer's journal begins, once older entries have been let go: the whole state after its entry 'version', and
-- that entry's hash. Not a cache: what led to it is gone. 'seal' is a hash over both.
create table checkpoint (
    scope integer not null,
    customer integer not null,
    version integer not null,
    at integer not null,
    schema integer not null,
    hash blob not null,
    body text not null,
    seal blob not null,
    primary key (scope, customer)
) strict;

-- Entries of before this moment have been let go.
insert into counter (name, next) values ('retired', 0);
