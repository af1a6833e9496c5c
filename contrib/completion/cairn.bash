# Completion of cairn in bash: the program knows its words.
_cairn()
{
	local word=${COMP_WORDS[COMP_CWORD]}

	COMPREPLY=($(compgen -W \
		"$(cairn --complete "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "$word"))
}
complete -o default -F _cairn cairn
