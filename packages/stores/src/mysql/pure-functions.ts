/**
 * Functions of the servers themselves that write nothing, and keywords that a parenthesis can
 * follow. An unqualified name in this list never means a stored function. One that is missing here only
 * makes a read a write in doubt.
 */
export const PURE_FUNCTIONS: ReadonlySet<string> = new Set([
  // keywords and clauses
  'all', 'and', 'any', 'as', 'between', 'binary', 'by', 'case', 'char', 'collate', 'cross', 'decimal',
  'distinct', 'div', 'else', 'except', 'exists', 'from', 'group', 'having', 'in', 'inner', 'intersect',
  'is', 'join', 'key', 'index', 'lateral', 'left', 'like', 'limit', 'mod', 'not', 'offset', 'on', 'or',
  'order', 'over', 'partition', 'regexp', 'right', 'rlike', 'row', 'select', 'signed', 'some', 'then',
  'union', 'unsigned', 'using', 'values', 'varchar', 'when', 'where', 'window', 'with', 'xor',
  // aggregates and windows
  'avg', 'bit_and', 'bit_or', 'bit_xor', 'count', 'cume_dist', 'dense_rank', 'first_value',
  'group_concat', 'grouping', 'json_arrayagg', 'json_objectagg', 'lag', 'last_value', 'lead', 'max',
  'median', 'min', 'nth_value', 'ntile', 'percent_rank', 'rank', 'row_number', 'std', 'stddev',
  'stddev_pop', 'stddev_samp', 'sum', 'var_pop', 'var_samp', 'variance',
  // comparison and control
  'any_value', 'cast', 'coalesce', 'convert', 'greatest', 'if', 'ifnull', 'interval', 'isnull', 'least',
  'nullif', 'nvl', 'nvl2', 'strcmp',
  // numbers
  'abs', 'acos', 'asin', 'atan', 'atan2', 'bit_count', 'ceil', 'ceiling', 'conv', 'cos', 'cot', 'crc32',
  'degrees', 'exp', 'floor', 'format', 'ln', 'log', 'log10', 'log2', 'oct', 'pi', 'pow', 'power',
  'radians', 'rand', 'round', 'sign', 'sin', 'sqrt', 'tan', 'truncate',
  // strings
  'ascii', 'bin', 'bit_length', 'char_length', 'character_length', 'chr', 'concat', 'concat_ws', 'elt',
  'export_set', 'field', 'find_in_set', 'from_base64', 'hex', 'insert', 'instr', 'lcase', 'length',
  'locate', 'lower', 'lpad', 'ltrim', 'make_set', 'match', 'against', 'md5', 'mid', 'octet_length', 'ord',
  'position', 'quote', 'regexp_instr', 'regexp_like', 'regexp_replace', 'regexp_substr', 'repeat',
  'replace', 'reverse', 'rpad', 'rtrim', 'sha', 'sha1', 'sha2', 'soundex', 'space', 'substr', 'substring',
  'substring_index', 'to_base64', 'trim', 'ucase', 'unhex', 'upper', 'weight_string',
  // dates
  'adddate', 'addtime', 'convert_tz', 'curdate', 'current_date', 'current_time', 'current_timestamp',
  'curtime', 'date', 'date_add', 'date_format', 'date_sub', 'datediff', 'datetime', 'day', 'dayname',
  'dayofmonth', 'dayofweek', 'dayofyear', 'extract', 'from_days', 'from_unixtime', 'get_format', 'hour',
  'last_day', 'localtime', 'localtimestamp', 'makedate', 'maketime', 'microsecond', 'minute', 'month',
  'monthname', 'now', 'period_add', 'period_diff', 'quarter', 'sec_to_time', 'second', 'str_to_date',
  'subdate', 'subtime', 'sysdate', 'time', 'time_format', 'time_to_sec', 'timediff', 'timestamp',
  'timestampadd', 'timestampdiff', 'to_days', 'to_seconds', 'unix_timestamp', 'utc_date', 'utc_time',
  'utc_timestamp', 'week', 'weekday', 'weekofyear', 'year', 'yearweek',
  // JSON
  'json_array', 'json_array_append', 'json_array_insert', 'json_contains', 'json_contains_path',
  'json_depth', 'json_exists', 'json_extract', 'json_insert', 'json_keys', 'json_length', 'json_merge',
  'json_merge_patch', 'json_merge_preserve', 'json_object', 'json_overlaps', 'json_pretty', 'json_query',
  'json_quote', 'json_remove', 'json_replace', 'json_search', 'json_set', 'json_table', 'json_type',
  'json_unquote', 'json_valid', 'json_value', 'columns', 'path',
  // identity and session
  'charset', 'coercibility', 'collation', 'connection_id', 'current_role', 'current_user', 'database',
  'found_rows', 'inet6_aton', 'inet6_ntoa', 'inet_aton', 'inet_ntoa', 'is_ipv4', 'is_ipv6', 'row_count',
  'schema', 'session_user', 'system_user', 'user', 'uuid', 'uuid_short', 'uuid_to_bin', 'bin_to_uuid',
  'is_uuid', 'last_insert_id', 'version', 'default', 'vec_distance_euclidean', 'vec_distance_cosine',
]); // prettier-ignore
