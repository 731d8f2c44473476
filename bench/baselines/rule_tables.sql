-- The winning shape: rules are rows. Touchpoints join to (type, age) -> rule, contribution, mask of
-- conditions; the sum per lead and rule is capped, then summed by group, then capped again.
--   type_numbers(type, number)
--   rules(k, rule, v, need_text_0, ..., need_number)   k = number * 1024 + age; v is a weight times
--                                                      points, or 1 where touchpoints are counted
--   newest_rules(...)                                  the same, for rules that take their newest
--   criteria(rule, cell, sign, points, at_least, most, most_times, shift, cap)
-- A cell is a group; `none` is for rules without one, `asked` for what a definition counts.
WITH pages AS (
  SELECT path, $text_masks
  FROM (SELECT DISTINCT "page.path" AS path FROM read_parquet('$touchpoints'))
),
aged AS (
  SELECT lead_id, type, "page.path" AS path, $number_mask AS number_mask, $age AS age
  FROM read_parquet('$touchpoints')
  WHERE epoch_us(occurred_at) <= $as_of
),
touchpoints AS (
  SELECT aged.lead_id, n.number * 1024 + aged.age AS k, aged.age, aged.number_mask, pages.*
  FROM aged JOIN type_numbers AS n ON aged.type = n.type JOIN pages ON aged.path = pages.path
),
summed AS (
  SELECT t.lead_id, r.rule, CAST(sum(r.v) AS BIGINT) AS v
  FROM touchpoints AS t JOIN rules AS r ON t.k = r.k
  WHERE $met
  GROUP BY t.lead_id, r.rule
),
newest AS (
  SELECT lead_id, rule, CAST(sum(v) AS BIGINT) AS v
  FROM (
    SELECT t.lead_id, r.rule, r.v,
           row_number() OVER (PARTITION BY t.lead_id, r.rule ORDER BY t.age) AS place
    FROM touchpoints AS t JOIN newest_rules AS r ON t.k = r.k
    WHERE $met
  ) AS placed
  JOIN criteria AS c USING (rule)
  WHERE place <= c.most_times
  GROUP BY lead_id, rule
),
points AS (
  SELECT lead_id, cell,
         sign * CASE WHEN at_least > 0 THEN CASE WHEN v >= at_least THEN points ELSE 0 END
                     ELSE least((least(v, most) * points) >> shift, cap) END AS points
  FROM (FROM summed UNION ALL FROM newest) AS s JOIN criteria AS c USING (rule)
),
cells AS (
  SELECT lead_id, $cells
  FROM points
  GROUP BY lead_id
),
$scored
