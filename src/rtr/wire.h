/* PDUs as they lie on the wire. Private to the room. */
#ifndef CAIRN_RTR_WIRE_H
#define CAIRN_RTR_WIRE_H

#include "rtr/rtr.h"

enum pdu_type {
	PDU_SERIAL_NOTIFY = 0,
	PDU_SERIAL_QUERY = 1,
	PDU_RESET_QUERY = 2,
	PDU_CACHE_RESPONSE = 3,
	PDU_IPV4 = 4,
	PDU_IPV6 = 6,
	PDU_END_OF_DATA = 7,
	PDU_CACHE_RESET = 8,
	PDU_ROUTER_KEY = 9,
	PDU_ERROR = 10,
	PDU_ASPA = 11
};

#define PDU_HEADER   8
#define PDU_SERIAL_N 12 /* Serial Notify, Serial Query */
#define PDU_IPV4_N   20
#define PDU_IPV6_N   32
#define PDU_KEY_N    32 /* without the key */
#define PDU_ASPA_N   12 /* without providers */
#define PDU_ERROR_N  16 /* without PDU and text */
/* Of a prefix's PDU. */
#define AT_FLAGS   8
#define AT_LEN     9
#define AT_MAX_LEN 10
#define AT_ADDR    12
/* Of a router key's and an ASPA's. */
#define AT_FLAGS_2 2
#define AT_SKI     8
#define AT_KEY_ASN 28

static inline uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static inline void
put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void
put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

/* A header; the caller has the room. */
static inline void
put_header(uint8_t *p, uint8_t version, enum pdu_type type, uint16_t field,
    uint32_t length)
{
	p[0] = version;
	p[1] = (uint8_t)type;
	put16(p + 2, field);
	put32(p + 4, length);
}

/* Is there such a type in this version? */
bool pdu_type_is_known(uint8_t version, uint8_t type);
/* Of two payload PDUs of one type: the order of announcements, 8210bis-26
 * 11.2; providers last. 0: the same payload. */
int pdu_cmp(const uint8_t *a, const uint8_t *b);
/* How long is the prefix's address here? 4 or 16. */
static inline size_t
pdu_addr_n(uint8_t type)
{
	return type == PDU_IPV4 ? 4 : 16;
}

#endif
