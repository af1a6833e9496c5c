#include "world/tree.h"

#include <string.h>

/* ---- names ----------------------------------------------------------- */

static const char *const suffixes[WORLD_KINDS] = {
	[WORLD_TA] = ".cer",
	[WORLD_CA] = ".cer",
	[WORLD_COPY] = ".cer",
	[WORLD_ROA] = ".roa",
	[WORLD_ASPA] = ".asa",
	[WORLD_ROUTER] = ".cer",
	[WORLD_TAK] = ".tak",
	[WORLD_GHOSTBUSTERS] = ".gbr",
	[WORLD_PREFIX_LIST] = ".spl",
	[WORLD_FILE] = "",
};

void
world_item_file(char *out, size_t n, const struct world_item *item)
{
	(void)snprintf(out, n, "%s%s", item->name, suffixes[item->kind]);
}

void
world_repository_uri(char *out, size_t n, const struct world_ca *ca)
{
	(void)snprintf(
	    out, n, "rsync://%s/%s/%s/", ca->host, ca->module, ca->item->name);
}

void
world_manifest_uri(char *out, size_t n, const struct world_ca *ca)
{
	(void)snprintf(out, n, "rsync://%s/%s/%s/%s.mft", ca->host, ca->module,
	    ca->item->name, ca->manifest);
}

void
world_crl_uri(char *out, size_t n, const struct world_ca *ca)
{
	(void)snprintf(out, n, "rsync://%s/%s/%s/%s.crl", ca->host, ca->module,
	    ca->item->name, ca->item->name);
}

void
world_item_uri(char *out, size_t n, const struct world_item *item)
{
	char file[96];

	world_item_file(file, sizeof(file), item);
	if (item->in == NULL)
		(void)snprintf(out, n, "rsync://%s/%s/%s", item->ca->host,
		    item->ca->module, file);
	else
		(void)snprintf(out, n, "rsync://%s/%s/%s/%s", item->in->host,
		    item->in->module, item->in->item->name, file);
}

/* A file of the CA's module; "" in a world without RRDP. */
static void
rrdp_uri(
    char *out, size_t n, const struct world *world, const struct world_ca *ca)
{
	out[0] = '\0';
	if (world->rrdp != NULL)
		(void)snprintf(
		    out, n, "%s%s/%s/", world->rrdp, ca->host, ca->module);
}

void
world_notify_uri(
    char *out, size_t n, const struct world *world, const struct world_ca *ca)
{
	rrdp_uri(out, n, world, ca);
	if (out[0] != '\0')
		(void)snprintf(
		    out + strlen(out), n - strlen(out), "notification.xml");
}

void
world_anchor_uri(
    char *out, size_t n, const struct world *world, const struct world_ca *ca)
{
	rrdp_uri(out, n, world, ca);
	if (out[0] != '\0')
		(void)snprintf(out + strlen(out), n - strlen(out), "%s.cer",
		    ca->item->name);
}

const char *
world_anchor(const struct world_ca *ca)
{
	while (ca->parent != NULL)
		ca = ca->parent;
	return ca->item->name;
}

/* ---- the truth ------------------------------------------------------- */

static enum effect
damage(const struct world_item *item)
{
	enum effect a = EFFECT_WARNING;

	if (item->fault != NULL)
		a = item->fault->effect;
	if (item->expect != REASON_OK && item->expect_effect > a)
		a = item->expect_effect;
	return a;
}

static bool
is_point_dead(const struct world_ca *ca)
{
	if ((ca->parent != NULL && ca->parent->dead) ||
	    damage(ca->item) != EFFECT_WARNING)
		return true;
	if ((ca->on_manifest != NULL &&
		ca->on_manifest->effect != EFFECT_WARNING) ||
	    (ca->on_crl != NULL && ca->on_crl->effect != EFFECT_WARNING))
		return true;
	for (const struct world_item *i = ca->items; i != NULL; i = i->next)
		if (damage(i) >= EFFECT_POINT)
			return true;
	return false;
}

bool
world_item_holds(const struct world_item *item)
{
	return !item->in->dead && damage(item) == EFFECT_WARNING;
}

static void
count_item(struct world_size *size, const struct world_item *item)
{
	size->objects++;
	if (item->fault != NULL || item->expect != REASON_OK)
		size->faults++;
	if (item->kind == WORLD_ROA && world_item_holds(item))
		size->vrps += item->n_vrps;
}

void
world_judge(struct world *w)
{
	if (w->ledger != NULL)
		w->size.statements = w->ledger->n + 1;
	/* Parents come first. */
	for (struct world_ca *ca = w->cas; ca != NULL; ca = ca->next) {
		ca->dead = is_point_dead(ca);
		w->size.cas++;
		w->size.objects += 2;
		w->size.faults += ca->on_manifest != NULL;
		w->size.faults += ca->on_crl != NULL;
		if (ca->parent == NULL) {
			w->size.tas++;
			w->size.objects++;
			w->size.faults += ca->item->fault != NULL;
		}
		for (struct world_item *i = ca->items; i != NULL; i = i->next)
			count_item(&w->size, i);
	}
}

void
world_measure(struct world_size *out, const struct world *w)
{
	*out = w->size;
}
