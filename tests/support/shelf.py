"""Many promising stores at once, straight into a test's tables: enough rows for the planner to choose an index."""

from __future__ import annotations

from typing import Any
from uuid import UUID

SHELF = """
INSERT INTO store (id, enterprise_id, kind, name, brand, city, district, address, address_key, lon, lat, categories,
    hours, grams, example_chain, created_at, plaque, promise_days, promise_store, promise_alliance, promise_city)
SELECT gen_random_uuid(), %(firm)s, 'shop', '书香' || n || '号店', '书香', '3205', district, '样板路' || n || '号',
    n::text, lon, lat, ARRAY[CASE WHEN n %% 50 = 0 THEN 'goods.pet' ELSE 'goods.clothing' END], '{}'::jsonb,
    ARRAY['书香', '号店', '样板', '板路'] || regexp_split_to_array(n::text, ''), false, now(),
    'SZP' || n, 7 + n %% 60, n %% 3 = 0, n %% 4 = 0, n %% 5 = 0
FROM (SELECT n, (ARRAY['320508', '320505', '320507', '310101'])[1 + n %% 4] AS district,
    round((120.3 + (n * 7919 %% 10007) / 10007.0)::numeric, 6) AS lon,
    round((30.9 + (n * 104729 %% 9973) / 9973.0 * 0.8)::numeric, 6) AS lat
    FROM generate_series(1::bigint, %(count)s) n) AS made
"""


def fill(root: Any, firm: UUID, count: int) -> None:
    """Put ``count`` promising stores of a firm on the map, spread over both cities; the same ones each time."""
    root.execute(SHELF, {"firm": firm, "count": count})
    root.commit()
    root.autocommit = True
    root.execute("VACUUM ANALYZE store")
    root.autocommit = False
