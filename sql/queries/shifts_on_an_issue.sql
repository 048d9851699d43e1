-- How what is said on one issue moved along every series of a source, in the order of the statements.
-- :source  id of a source
-- :issue   id of an issue, such as taiwan or taiwan.independence
select s.series,
       w.published_on,
       w.title,
       s.actor,
       s.kind,
       s.cause
  from shift s
  join statement st on st.id = s.to_statement
  join address a on a.statement_id = st.id
  join version v on v.address = a.key
  join wording w on w.id = v.wording_id
 where st.source = :source
   and s.issue = :issue
   and not exists (select 1 from version later where later.address = v.address and later.first_captured_at > v.first_captured_at)
 order by s.series, w.published_on, s.actor, s.id;
