-- Nothing: every commit moves the version here, which other nodes look at.
select 1;
