-- The obvious one: an aggregate per rule.
--   decay(age, w7, w14, ...)   the weight of a touchpoint of that age, by half-life
WITH aged AS (
  SELECT lead_id, type, "page.path" AS path, value, $age AS age
  FROM read_parquet('$touchpoints')
  WHERE epoch_us(occurred_at) <= $as_of
),
summed AS (
  SELECT lead_id, $aggregates
  FROM aged JOIN decay USING (age)
  GROUP BY lead_id
),
cells AS (
  SELECT lead_id, $cells
  FROM summed
),
$scored
