#include "tests/starve.h"

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);

/* The linker's wrappers have no argument to carry this. */
static size_t left = SIZE_MAX, count;

void
starve_after(size_t n)
{
	left = n;
	count = 0;
}

void
starve_never(void)
{
	starve_after(SIZE_MAX);
}

size_t
starve_count(void)
{
	return count;
}

static int
refuse(void)
{
	count++;
	if (left == 0)
		return 1;
	if (left != SIZE_MAX)
		left--;
	return 0;
}

void *
__wrap_malloc(size_t n)
{
	return refuse() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return refuse() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return refuse() ? NULL : __real_realloc(p, n);
}
