# noinst_LIBRARIES += libworld.a
# libworld_a_SOURCES = %D%/world.h
world_libs = $(rpki_libs)
