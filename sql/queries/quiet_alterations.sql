-- Statements that a ministry altered after publication, the gravest first.
-- :source  id of a source, such as cn_mfa_en
-- :least   least significance, 0 to 1; position-bearing changes stand from 0.8
select w.title,
       w.published_on,
       v.first_captured_at as altered_at,
       c.class,
       c.significance,
       c.is_position_bearing,
       c.is_moved,
       c.address
  from change c
  join version v on v.id = c.to_version
  join wording w on w.id = v.wording_id
  join address a on a.key = c.address
 where a.source = :source
   and c.cause = 'source'
   and c.significance >= :least
 order by c.significance desc, v.first_captured_at, c.id;
