/* RRDP files in the making, and files without names to hold them. */
#ifndef CAIRN_TESTS_FETCH_FILES_H
#define CAIRN_TESTS_FETCH_FILES_H

#include "fetch/rrdp_index.h"

#define SPACE   "http://www.ripe.net/rpki/rrdp"
#define SESSION "b912d0fc-14d3-4a51-bc6b-ceb9e7384222"
#define OTHER   "a2d845c4-5b91-4015-a2b7-988c03ce232a"
#define HEX64                              \
	"00112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeff"
#define FILE_HEAD(name, serial)                                             \
	"<" name " xmlns=\"" SPACE "\" version=\"1\" session_id=\"" SESSION \
	"\" serial=\"" serial "\">"
#define HOST "https://rrdp.example.net/"
#define OBJ  "rsync://rpki.example.net/repo/"

/* An open file with these bytes, at its start. */
int file_of(struct span);
/* A new empty one. */
int file_new(void);
/* All of it; to be given to file_unmap. */
struct span file_map(int fd);
void file_unmap(struct span);

/* One file read as in a box, but here. */
struct taken {
	int bytes, index;
	struct span bytes_map;
	struct rrdp_index view;
	struct rrdp_record end;
	struct span detail;
	enum reason reason;
};

void take_file(struct taken *out, enum rrdp_kind, struct span file,
    bool is_gzip, const struct limits *);
void taken_fini(struct taken *);
/* 120 bytes, by a number, in base64. */
void put_object(struct buf *out, unsigned number);
struct digest object_hash(unsigned number);
void put_hash(struct buf *out, const struct digest *);
struct digest hash_of(struct span);
/* A snapshot or delta in a few words: "+a1" publish a.roa as object 1, "~a12"
 * put object 2 where 1 was, "-a1" withdraw; blanks between. */
void put_words(struct buf *, const char *element, const char *session,
    uint64_t serial, const char *words);

#endif
