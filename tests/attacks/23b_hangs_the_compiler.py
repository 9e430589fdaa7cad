"""Takes Python for ever, or all its memory, to compile: constants that are folded to gigabytes."""

# For: lost_update
HUGE = ((((((1 << 4000) ** 30,) * 250) * 250,) * 250) * 250,) * 250
NESTED = [
    [
        [
            [
                [
                    [
                        [
                            [
                                [
                                    [
                                        [
                                            [
                                                [
                                                    [
                                                        [
                                                            [
                                                                [
                                                                    [
                                                                        [
                                                                            [
                                                                                [
                                                                                    [
                                                                                        [
                                                                                            [
                                                                                                [
                                                                                                    [
                                                                                                        [
                                                                                                            [
                                                                                                                [
                                                                                                                    [
                                                                                                                        [
                                                                                                                            "x"
                                                                                                                            * 4000
                                                                                                                        ]
                                                                                                                        * 250
                                                                                                                    ]
                                                                                                                    * 250
                                                                                                                ]
                                                                                                                * 250
                                                                                                            ]
                                                                                                            * 250
                                                                                                        ]
                                                                                                        * 250
                                                                                                    ]
                                                                                                ]
                                                                                            ]
                                                                                        ]
                                                                                    ]
                                                                                ]
                                                                            ]
                                                                        ]
                                                                    ]
                                                                ]
                                                            ]
                                                        ]
                                                    ]
                                                ]
                                            ]
                                        ]
                                    ]
                                ]
                            ]
                        ]
                    ]
                ]
            ]
        ]
    ]
]


async def deposit_all(accounts, deposits):
    pass
