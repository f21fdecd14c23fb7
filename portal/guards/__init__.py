"""What stands before every call, whoever makes it: for a browser on this machine is led by any page that it shows.

Each guard is a function that looks at a call's head and raises `PortalProblem`; `front_door` puts them before the
application (docs/contract.md, What every call must keep to).
"""
