/* Records of each kind: what is read is the same again once written. The first
 * byte says which. */
#include "tests/fuzz/fuzz.h"

#include "store/format.h"

static void
write_again(struct buf *out, unsigned kind, struct span value)
{
	struct store_repository repository;
	struct store_point point;
	struct store_name name;
	struct span der, uri;

	if (kind == 0 && record_name_read(&name, value))
		record_name_write(out, &name);
	else if (kind == 1 && record_point_read(&point, value))
		record_point_write(out, &point);
	else if (kind == 2 && record_anchor_read(&der, &uri, value))
		record_anchor_write(out, der, uri);
	else if (kind == 3 && record_repository_read(&repository, value))
		record_repository_write(out, &repository);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf once, twice;

	if (n < 1)
		return 0;
	buf_init(&once, n + 64);
	buf_init(&twice, n + 64);
	write_again(&once, data[0], span_of(data + 1, n - 1));
	if (once.n > 0)
		write_again(&twice, data[0], buf_view(&once));
	ASSERT(!once.failed && span_eq(buf_view(&once), buf_view(&twice)));
	buf_fini(&twice);
	buf_fini(&once);
	return 0;
}
