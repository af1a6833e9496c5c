/* What PDUs there are, their order, and serial arithmetic. */
#include <string.h>

#include "rtr/wire.h"

bool
rtr_serial_before(uint32_t a, uint32_t b)
{
	/* RFC 1982 3.2 leaves a distance of 2^31 undefined. */
	return a != b && b - a < UINT32_C(0x80000000);
}

bool
rtr_timers_are_valid(const struct rtr_timers *t)
{
	return t->refresh >= 1 && t->refresh <= 86400 && t->retry >= 1 &&
	       t->retry <= 7200 && t->expire >= 600 && t->expire <= 172800 &&
	       t->expire > t->refresh && t->expire > t->retry;
}

bool
pdu_type_is_known(uint8_t version, uint8_t type)
{
	switch (type) {
	case PDU_SERIAL_NOTIFY:
	case PDU_SERIAL_QUERY:
	case PDU_RESET_QUERY:
	case PDU_CACHE_RESPONSE:
	case PDU_IPV4:
	case PDU_IPV6:
	case PDU_END_OF_DATA:
	case PDU_CACHE_RESET:
	case PDU_ERROR:
		return true;
	case PDU_ROUTER_KEY:
		return version >= 1;
	case PDU_ASPA:
		return version >= 2;
	default:
		return false;
	}
}

/* 8210bis-26 11.2.1: higher address, maximum length, length, AS first. */
static int
prefix_pdu_cmp(const uint8_t *a, const uint8_t *b)
{
	size_t n = pdu_addr_n(a[1]);
	int c = memcmp(b + AT_ADDR, a + AT_ADDR, n);

	if (c == 0)
		c = b[AT_MAX_LEN] - a[AT_MAX_LEN];
	if (c == 0)
		c = b[AT_LEN] - a[AT_LEN];
	return c != 0 ? c : memcmp(b + AT_ADDR + n, a + AT_ADDR + n, 4);
}

static int
length_cmp(const uint8_t *a, const uint8_t *b)
{
	uint32_t x = get32(a + 4), y = get32(b + 4);

	return (x > y) - (x < y);
}

/* 11.2.2: SKI, length of the key, key, AS. */
static int
key_pdu_cmp(const uint8_t *a, const uint8_t *b)
{
	int c = memcmp(a + AT_SKI, b + AT_SKI, 20);

	if (c == 0)
		c = length_cmp(a, b);
	if (c == 0)
		c = memcmp(
		    a + PDU_KEY_N, b + PDU_KEY_N, get32(a + 4) - PDU_KEY_N);
	return c != 0 ? c : memcmp(a + AT_KEY_ASN, b + AT_KEY_ASN, 4);
}

/* 11.2.3: the customer. */
static int
aspa_pdu_cmp(const uint8_t *a, const uint8_t *b)
{
	int c = memcmp(a + PDU_HEADER, b + PDU_HEADER, 4);

	if (c == 0)
		c = length_cmp(a, b);
	return c != 0 ? c
		      : memcmp(a + PDU_ASPA_N, b + PDU_ASPA_N,
			    get32(a + 4) - PDU_ASPA_N);
}

int
pdu_cmp(const uint8_t *a, const uint8_t *b)
{
	ASSERT(a[1] == b[1]);
	switch (a[1]) {
	case PDU_IPV4:
	case PDU_IPV6:
		return prefix_pdu_cmp(a, b);
	case PDU_ROUTER_KEY:
		return key_pdu_cmp(a, b);
	case PDU_ASPA:
		return aspa_pdu_cmp(a, b);
	default:
		BUG("a PDU without an order");
	}
}
