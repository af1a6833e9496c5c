bin_PROGRAMS += cairn
cairn_SOURCES = %D%/cli.h %D%/main.c %D%/option.c %D%/settings.c %D%/file.c %D%/progress.c \
	%D%/summary.c %D%/summary_ledger.c %D%/summary_policy.c %D%/cmd_serve.c %D%/cmd_rtr.c %D%/cmd_help.c %D%/cmd_validate.c %D%/outputs.h %D%/outputs.c %D%/cmd_why.c %D%/cmd_compare.c \
	%D%/compare_side.h %D%/compare_side.c %D%/shown.h %D%/shown.c %D%/cmd_show.c %D%/cmd_slurm.c %D%/cmd_view.c \
	%D%/cmd_demo.c %D%/cmd_doctor.c %D%/ledger_run.h %D%/ledger_run.c %D%/ledger_rows.h \
	%D%/ledger_place.h %D%/ledger_place.c \
	%D%/ledger_command.h %D%/cmd_ledger.c %D%/cmd_ledger_read.c \
	%D%/ledger_write.h %D%/ledger_write.c %D%/ledger_keys.c \
	%D%/ledger_options.c %D%/cmd_ledger_init.c %D%/cmd_ledger_append.c \
	%D%/cmd_ledger_tick.c %D%/cmd_ledger_audit.c \
	%D%/cmd_ledger_mirror.c %D%/cmd_ledger_prove.c %D%/cmd_ledger_resolve.c \
	%D%/cmd_ledger_submit.c %D%/ledger_serve.h %D%/cmd_ledger_serve.c \
	%D%/ledger_serve_http.c %D%/ledger_ask.c %D%/ledger_witness.h %D%/ledger_witness.c \
	%D%/ledger_witness_http.c %D%/ledger_witness_state.c %D%/cmd_ledger_witness.c \
	%D%/cmd_ledger_witness_key.c \
	%D%/show_ledger.h %D%/show_ledger.c \
	%D%/secret_file.h %D%/secret_file.c %D%/holder.h %D%/cmd_holder.c \
	%D%/holder_file.c %D%/holder_keys.c %D%/holder_ledger.c \
	%D%/holder_say.c %D%/holder_fill.c %D%/holder_authorize.c \
	%D%/holder_evidence.c %D%/holder_warn.c %D%/holder_sign.c \
	%D%/holder_status.c
cairn_SOURCES += %D%/cmd_ledger_clear.c
cli_libs = liblisten.a liblogdir.a libledger.a libtlog.a $(doctor_libs) $(world_libs)
cairn_LDADD = $(cli_libs)

dist_man_MANS += doc/man/cairn.1 doc/man/cairn-validate.1 doc/man/cairn-show.1 \
	doc/man/cairn-slurm.1 doc/man/cairn-view.1 doc/man/cairn-why.1 doc/man/cairn-compare.1 doc/man/cairn-doctor.1 doc/man/cairn-demo.1 doc/man/cairn-ledger.1 \
	doc/man/cairn-holder.1 doc/man/cairn-serve.1 doc/man/cairn-rtr.1 \
	doc/man/cairn.yaml.5
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/vendor-completions
dist_zshcomp_DATA = contrib/completion/_cairn
fishcompdir = $(datadir)/fish/vendor_completions.d
dist_fishcomp_DATA = contrib/completion/cairn.fish
# The example, with the cache where the program has it by default.
settings = sed 's|/var/lib/cairn|$(localstatedir)/lib/cairn|' '$(srcdir)/etc/cairn.yaml'
# The operator's own stays.
install-data-hook:
	$(MKDIR_P) '$(DESTDIR)$(bashcompdir)'
	$(INSTALL_DATA) '$(srcdir)/contrib/completion/cairn.bash' '$(DESTDIR)$(bashcompdir)/cairn'
	$(MKDIR_P) '$(DESTDIR)$(sysconfdir)/cairn'
	test -e '$(DESTDIR)$(sysconfdir)/cairn/cairn.yaml' || \
	    { $(settings) >'$(DESTDIR)$(sysconfdir)/cairn/cairn.yaml' && \
	    chmod 644 '$(DESTDIR)$(sysconfdir)/cairn/cairn.yaml'; }
# Settings that nobody changed go; others stay.
uninstall-hook:
	rm -f '$(DESTDIR)$(datadir)/bash-completion/completions/cairn'
	! $(settings) | cmp -s - '$(DESTDIR)$(sysconfdir)/cairn/cairn.yaml' || \
	    rm -f '$(DESTDIR)$(sysconfdir)/cairn/cairn.yaml'
talsdir = $(sysconfdir)/cairn/tals
dist_tals_DATA = etc/tals/afrinic.tal etc/tals/afrinic.constraints etc/tals/apnic.tal etc/tals/apnic.constraints \
	etc/tals/arin.tal etc/tals/arin.constraints etc/tals/lacnic.tal etc/tals/lacnic.constraints \
	etc/tals/ripe.tal etc/tals/ripe.constraints

EXTRA_DIST += tests/cli/tap.sh tests/cli/serve-systemd.py tests/cli/interface.yaml
tap_tests += tests/cli/holder.sh tests/cli/walkthrough.sh tests/cli/tutorials.sh tests/cli/usage.sh tests/cli/serve.sh tests/cli/serve-ops.sh tests/cli/serve-hang.sh tests/cli/serve-storm.sh tests/cli/show.sh tests/cli/slurm.sh tests/cli/hold.sh tests/cli/validate.sh tests/cli/why.sh tests/cli/view.sh tests/cli/compare.sh tests/cli/assume.sh \
	tests/cli/formats.sh tests/cli/doctor.sh tests/cli/doctor-ledger.sh tests/cli/manual.sh tests/cli/json.sh \
	tests/cli/ledger-follow.sh tests/cli/ledger.sh tests/cli/ledger-write.sh \
	tests/cli/ledger-audit.sh tests/cli/ledger-mirror.sh \
	tests/cli/ledger-witness.sh tests/cli/ledger-proof.sh tests/cli/ledger-submit.sh tests/cli/ledger-serve.sh tests/cli/ledger-ask.sh tests/cli/ledger-discover.sh
tap_tests += tests/cli/upgrade.sh
